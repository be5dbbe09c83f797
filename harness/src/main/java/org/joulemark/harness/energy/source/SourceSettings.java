package org.joulemark.harness.energy.source;

import java.nio.file.Path;
import java.util.List;
import org.joulemark.harness.energy.modelled.PowerModel;
import org.joulemark.harness.energy.rapl.RaplMeter;
import org.jspecify.annotations.Nullable;

/**
 * What an energy source is chosen by.
 *
 * @param method how energy is to be found
 * @param hertz readings per second; NaN for the method's own
 * @param devices GPUs to measure instead of the one that the benchmark names: UUIDs, indices in
 *     NVML's order, or {@code all}; empty for the benchmark's own
 * @param netOfIdle whether an idle baseline is subtracted
 * @param trace file that a GPU's telemetry is appended to; null for none
 * @param nvmlLibrary file of the NVML library; null for the driver's own
 * @param model power model where there is no sensor
 * @param powercapRoot folder of the RAPL counters
 */
public record SourceSettings(
    Method method,
    double hertz,
    List<String> devices,
    boolean netOfIdle,
    @Nullable Path trace,
    @Nullable String nvmlLibrary,
    PowerModel model,
    Path powercapRoot) {

  /** Checks the rate and copies the list. */
  public SourceSettings {
    if (hertz <= 0 || Double.isInfinite(hertz)) {
      throw new IllegalArgumentException("hz must be positive, not " + hertz + ".");
    }
    devices = List.copyOf(devices);
  }

  /** The best source there is for the benchmark's own device, gross, without a trace. */
  public static SourceSettings defaults() {
    return new SourceSettings(
        Method.AUTO,
        Double.NaN,
        List.of(),
        false,
        null,
        null,
        PowerModel.ofThisHost(),
        RaplMeter.DEFAULT_ROOT);
  }
}
