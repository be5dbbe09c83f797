package org.joulemark.harness.energy.nvml;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyStatus;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.MeterInfo;
import org.joulemark.harness.energy.WindowResult;
import org.joulemark.harness.metrics.Metric;
import org.jspecify.annotations.Nullable;

/**
 * The window of one GPU: its energy, and beside it what may make that figure mean something else:
 * other processes, clocks, temperature, throttling, and what a second way of measuring says.
 */
final class GpuWindow implements EnergyWindow {
  private final EnergyWindow inner;
  private final Telemetry telemetry;
  private final @Nullable TraceFile trace;
  private final ForeignLoad foreignLoad;

  /** The same GPU through an object of this thread; the sampler has its own. */
  private final NvmlDevice device;

  private ThrottleTimes throttledBefore = NO_TIMES;
  private ThrottleTimes throttled = NO_TIMES;
  private long openNanos;
  private double openSeconds = Double.NaN;
  private double agreement = Double.NaN;
  private TelemetrySummary summary = TelemetrySummary.NONE;
  private boolean opened;
  private int windows;

  private static final ThrottleTimes NO_TIMES =
      new ThrottleTimes(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  /**
   * Over a window of energy, which it owns.
   *
   * @param inner samples {@code telemetry} as its probe
   * @param device an object for the thread that opens and reads
   */
  GpuWindow(EnergyWindow inner, Telemetry telemetry, NvmlDevice device, @Nullable TraceFile trace) {
    this.inner = inner;
    this.telemetry = telemetry;
    this.device = device;
    this.trace = trace;
    this.foreignLoad = new ForeignLoad(device, ProcessHandle.current().pid());
  }

  @Override
  public MeterInfo meter() {
    return inner.meter();
  }

  @Override
  public void open(LongSupplier completedUnits, int round) {
    foreignLoad.begin(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    throttledBefore = device.throttleTimes();
    throttled = NO_TIMES;
    summary = TelemetrySummary.NONE;
    agreement = Double.NaN;
    openNanos = System.nanoTime();
    opened = true;
    windows++;
    inner.open(completedUnits, round);
  }

  @Override
  public WindowResult read() {
    WindowResult result = inner.read();
    try {
      openSeconds = (System.nanoTime() - openNanos) * 1e-9;
      throttled = device.throttleTimes().since(throttledBefore);
      summary = telemetry.between(inner.fromNanos(), inner.toNanos());
      agreement = summary.meanWatts() / (result.energyJoules() / result.timeSeconds());
      return result.ok() ? alone(result) : result;
    } catch (EnergyException e) {
      return WindowResult.failed(result.meter(), e.status(), e.reason());
    }
  }

  private WindowResult alone(WindowResult result) {
    Set<Integer> others = foreignLoad.foreign();
    if (others.isEmpty()) {
      return result;
    }
    return WindowResult.failed(
        result.meter(),
        EnergyStatus.FOREIGN_LOAD,
        "Another process used "
            + result.meter().domain()
            + " during the window (process numbers of the driver: "
            + String.join(", ", others.stream().map(String::valueOf).toList())
            + "), so its energy is not this work's alone.");
  }

  @Override
  public long fromNanos() {
    return inner.fromNanos();
  }

  @Override
  public long toNanos() {
    return inner.toNanos();
  }

  @Override
  public List<Metric> details() {
    return details(
        summary,
        agreement,
        new ThrottleTimes(
            share(throttled.powerSeconds()),
            share(throttled.thermalSeconds()),
            share(throttled.softwareThermalSeconds()),
            share(throttled.hardwareThermalSeconds()),
            share(throttled.powerBrakeSeconds())));
  }

  /** The details of a GPU of which nothing is known. */
  static List<Metric> absentDetails() {
    return details(TelemetrySummary.NONE, Double.NaN, NO_TIMES);
  }

  private static List<Metric> details(
      TelemetrySummary summary, double agreement, ThrottleTimes shares) {
    return List.of(
        new Metric("power.peak", summary.peakWatts(), "W"),
        new Metric("power.agreement", agreement, "1"),
        new Metric("clock.sm", summary.smMeanMhz(), "MHz"),
        new Metric("clock.sm.min", summary.smMinMhz(), "MHz"),
        new Metric("clock.memory", summary.memoryMeanMhz(), "MHz"),
        new Metric("temperature.start", summary.startCelsius(), "°C"),
        new Metric("temperature.end", summary.endCelsius(), "°C"),
        new Metric("throttle.power", shares.powerSeconds(), "1"),
        new Metric("throttle.thermal", shares.thermalSeconds(), "1"),
        new Metric("throttle.thermal.software", shares.softwareThermalSeconds(), "1"),
        new Metric("throttle.thermal.hardware", shares.hardwareThermalSeconds(), "1"),
        new Metric("throttle.power.brake", shares.powerBrakeSeconds(), "1"));
  }

  private double share(double seconds) {
    return seconds / openSeconds;
  }

  @Override
  public Map<String, String> remarks() {
    Map<String, String> remarks = new LinkedHashMap<>();
    MeterInfo info = meter();
    remarks.put(
        "energy.tick",
        info.tickSeconds() > 0 ? String.format(Locale.ROOT, "%.4f s", info.tickSeconds()) : "none");
    if (summary.clocksFloat()) {
      remarks.put(
          "gpu.clocks",
          String.format(
              Locale.ROOT,
              "The SM clock floated between %.0f and %.0f MHz in the window; nobody locked it.",
              summary.smMinMhz(),
              summary.smMaxMhz()));
    }
    StringBuilder causes = new StringBuilder();
    cause(causes, "the software power cap", throttled.powerSeconds());
    cause(causes, "a thermal limit", throttled.thermalSeconds());
    cause(causes, "software thermal slowdown", throttled.softwareThermalSeconds());
    cause(causes, "hardware thermal slowdown", throttled.hardwareThermalSeconds());
    cause(causes, "the power brake", throttled.powerBrakeSeconds());
    if (!causes.isEmpty()) {
      remarks.put("gpu.throttle", "The GPU was throttled" + causes + " of the iteration.");
    }
    return remarks;
  }

  private void cause(StringBuilder causes, String name, double seconds) {
    if (share(seconds) >= 0.001) {
      causes.append(
          String.format(
              Locale.ROOT,
              "%s by %s in %.1f %%",
              causes.isEmpty() ? "" : ",",
              name,
              100 * share(seconds)));
    }
  }

  @Override
  public double temperatureCelsius() {
    return device.temperatureCelsius();
  }

  @Override
  public void end() {
    inner.end();
    if (opened && trace != null) {
      trace.append(windows, meter().domain(), telemetry, inner.fromNanos(), inner.toNanos());
    }
    opened = false;
  }

  @Override
  public void close() {
    end();
    inner.close();
  }
}
