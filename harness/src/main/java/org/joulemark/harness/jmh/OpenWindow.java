package org.joulemark.harness.jmh;

import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.source.EnergySources;
import org.joulemark.harness.energy.source.SourceSettings;
import org.jspecify.annotations.Nullable;

/**
 * The energy source that this process has open, one at a time. Opening a GPU's takes about a
 * second, and without forks JMH makes a profiler for each configuration of one process: the next
 * one goes on with what the last one opened, where it asks for the same. JMH tells a profiler of no
 * end, so it is closed when another is asked for, and when the process ends.
 */
final class OpenWindow {
  private static @Nullable OpenWindow current;
  private static boolean closesAtTheEnd;

  private final SourceSettings settings;
  private final String device;
  private final EnergyWindow window;

  private OpenWindow(SourceSettings settings, String device, EnergyWindow window) {
    this.settings = settings;
    this.device = device;
    this.window = window;
  }

  /**
   * The window over what the settings ask for on that device. An idle baseline is measured anew for
   * each profiler: what rests on the device may be another model.
   *
   * @throws org.joulemark.harness.energy.EnergyException as {@link EnergySources#open}
   */
  static synchronized EnergyWindow of(SourceSettings settings, String device) {
    OpenWindow known = current;
    if (known != null
        && known.settings.equals(settings)
        && known.device.equals(device)
        && !settings.netOfIdle()) {
      return known.window;
    }
    close();
    EnergyWindow opened = EnergySources.open(settings, device);
    current = new OpenWindow(settings, device, opened);
    if (!closesAtTheEnd) {
      Runtime.getRuntime().addShutdownHook(new Thread(OpenWindow::close, "energy-shutdown"));
      closesAtTheEnd = true;
    }
    return opened;
  }

  private static synchronized void close() {
    OpenWindow known = current;
    if (known != null) {
      current = null;
      known.window.close();
    }
  }
}
