package org.joulemark.harness.energy.nvml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyMeter;
import org.joulemark.harness.energy.EnergyScope;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.IntegratingMeter;
import org.joulemark.harness.energy.MeterInfo;
import org.joulemark.harness.energy.NetWindow;
import org.joulemark.harness.energy.PowerSensor;
import org.joulemark.harness.energy.SampledWindow;
import org.joulemark.harness.energy.StudyWindow;
import org.joulemark.harness.energy.SumWindow;
import org.joulemark.harness.energy.WindowResult;
import org.joulemark.harness.metrics.Metric;
import org.jspecify.annotations.Nullable;

/** The window over one or several GPUs, with the library that it owns. */
public final class GpuWindows implements EnergyWindow {
  /** How often telemetry is read unless asked otherwise. */
  public static final double DEFAULT_TELEMETRY_HERTZ = 5;

  /** How often power is read for integration unless asked otherwise. */
  public static final double DEFAULT_POWER_HERTZ = 20;

  private final Nvml nvml;
  private final EnergyWindow window;

  private GpuWindows(Nvml nvml, EnergyWindow window) {
    this.nvml = nvml;
    this.window = window;
  }

  /**
   * What a window over GPUs is made with.
   *
   * @param method how energy is found
   * @param hertz readings per second; NaN for the method's own
   * @param library the library's file; null for the driver's own
   * @param trace file that telemetry is appended to; null for none
   */
  public record Settings(
      GpuMethod method, double hertz, @Nullable String library, @Nullable Path trace) {}

  /**
   * Opens a window over GPUs.
   *
   * @param settings how
   * @param devices UUIDs or indices in the library's order, or {@code all}; at least one
   * @throws EnergyException with the status and the reason if one of them cannot be measured so
   */
  public static GpuWindows open(Settings settings, List<String> devices) {
    Nvml nvml = Nvml.open(settings.library());
    List<EnergyWindow> parts = new ArrayList<>();
    try {
      TraceFile trace = settings.trace() == null ? null : new TraceFile(settings.trace());
      for (String uuid : uuids(nvml, devices)) {
        parts.add(window(nvml, settings, uuid, trace));
      }
      return new GpuWindows(nvml, parts.size() == 1 ? parts.get(0) : new SumWindow(parts));
    } catch (EnergyException e) {
      parts.forEach(EnergyWindow::close);
      nvml.close();
      throw e;
    }
  }

  /**
   * The details of so many GPUs of which nothing is known: the names of a window over them.
   *
   * @param netOfIdle whether each of several has an idle baseline besides
   */
  public static List<Metric> absentDetails(int devices, boolean netOfIdle) {
    List<Metric> details = new ArrayList<>(GpuWindow.absentDetails());
    if (devices == 1) {
      return details;
    }
    if (netOfIdle) {
      details.add(new Metric(NetWindow.IDLE_POWER, Double.NaN, "W"));
    }
    List<Metric> numbered = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      numbered.addAll(SumWindow.part(i, Double.NaN, Double.NaN, details));
    }
    return numbered;
  }

  private static List<String> uuids(Nvml nvml, List<String> devices) {
    List<String> uuids = new ArrayList<>();
    for (String device : devices) {
      if (device.equals("all")) {
        nvml.devices().forEach(each -> uuids.add(each.uuid()));
      } else if (device.matches("\\d+")) {
        uuids.add(byIndex(nvml, Integer.parseInt(device)));
      } else {
        uuids.add(device);
      }
    }
    return uuids.stream().distinct().toList();
  }

  private static String byIndex(Nvml nvml, int index) {
    List<NvmlDevice> all = nvml.devices();
    if (index >= all.size()) {
      throw new EnergyException(
          EnergyStatus.UNSUPPORTED,
          "There is no GPU " + index + ": NVML knows " + all.size() + ", counted from 0.");
    }
    return all.get(index).uuid();
  }

  private static EnergyWindow window(
      Nvml nvml, Settings settings, String uuid, @Nullable TraceFile trace) {
    if (uuid.startsWith("MIG-")) {
      throw new EnergyException(
          EnergyStatus.MIG_SHARED,
          uuid
              + " is an instance of a split GPU: its meters cover the whole GPU with every"
              + " instance on it, so no figure belongs to this work alone.");
    }
    NvmlDevice sampled = nvml.device(uuid);
    NvmlDevice observed = nvml.device(uuid);
    GpuMethod method = settings.method();
    observed.requireWhole();
    if (method == GpuMethod.COUNTER) {
      observed.requireOwnCounter();
    }
    double telemetryHertz = DEFAULT_TELEMETRY_HERTZ;
    double powerHertz = DEFAULT_POWER_HERTZ;
    if (!Double.isNaN(settings.hertz())) {
      telemetryHertz = settings.hertz();
      powerHertz = settings.hertz();
    }
    Telemetry telemetry = new Telemetry(sampled, telemetryHertz);
    MeterInfo info = integrated(method, uuid, powerHertz);
    EnergyWindow inner =
        switch (method) {
          case COUNTER -> SampledWindow.onEdges(new NvmlCounterMeter(sampled), telemetry);
          case INSTANT ->
              SampledWindow.periodic(
                  integrating(info, sampled::instantPowerWatts), powerHertz, telemetry);
          case AVERAGE ->
              SampledWindow.periodic(
                  integrating(info, sampled::averagePowerWatts), powerHertz, telemetry);
          case SAMPLES ->
              SampledWindow.periodic(new PowerSamples(sampled, info), powerHertz, telemetry);
          case STUDY -> {
            sampled.powerUsageWatts();
            yield new StudyWindow(info, sampled::powerUsageWatts, telemetry);
          }
        };
    return new GpuWindow(inner, telemetry, observed, trace);
  }

  private static MeterInfo integrated(GpuMethod method, String uuid, double hertz) {
    double period = method == GpuMethod.STUDY ? 1 : 1 / hertz;
    return new MeterInfo(
        "nvml-" + method.name().toLowerCase(Locale.ROOT),
        method.kind(),
        EnergyScope.GPU_BOARD,
        uuid,
        period,
        0,
        NvmlCounterMeter.GAIN_ERROR,
        method.responseSeconds());
  }

  private static EnergyMeter integrating(MeterInfo info, PowerSensor sensor) {
    // One reading now: what this GPU or driver does not offer is said before the work begins.
    sensor.watts();
    return new IntegratingMeter(info, sensor, System::nanoTime);
  }

  @Override
  public MeterInfo meter() {
    return window.meter();
  }

  @Override
  public void open(LongSupplier completedUnits, int round) {
    window.open(completedUnits, round);
  }

  @Override
  public WindowResult read() {
    return window.read();
  }

  @Override
  public long fromNanos() {
    return window.fromNanos();
  }

  @Override
  public long toNanos() {
    return window.toNanos();
  }

  @Override
  public List<Metric> details() {
    return window.details();
  }

  @Override
  public void takeIdleBaseline() {
    window.takeIdleBaseline();
  }

  @Override
  public Map<String, String> remarks() {
    return window.remarks();
  }

  @Override
  public double temperatureCelsius() {
    return window.temperatureCelsius();
  }

  @Override
  public void end() {
    window.end();
  }

  @Override
  public void close() {
    window.close();
    nvml.close();
  }
}
