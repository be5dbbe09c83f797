package org.joulemark.harness.energy.nvml;

import java.util.Locale;
import org.joulemark.harness.energy.Probe;

/**
 * Power, clocks, temperature, utilization and throttle reasons of one GPU over a window, in arrays
 * that are allocated once. Written by the window's sampler; read after it has ended, or while it
 * runs up to the size seen.
 */
final class Telemetry implements Probe {
  private static final int MOST_SAMPLES = 1 << 14;

  private final NvmlDevice device;
  private final long periodNanos;
  private final long[] nanos = new long[MOST_SAMPLES];
  private final double[] watts = new double[MOST_SAMPLES];
  private final double[] smMhz = new double[MOST_SAMPLES];
  private final double[] memoryMhz = new double[MOST_SAMPLES];
  private final double[] celsius = new double[MOST_SAMPLES];
  private final double[] utilization = new double[MOST_SAMPLES];
  private final long[] reasons = new long[MOST_SAMPLES];
  private volatile int size;
  private long nextNanos;

  /** With the device, whose object only the sampler uses, and how often it is looked at. */
  Telemetry(NvmlDevice device, double hertz) {
    this.device = device;
    this.periodNanos = Math.round(1e9 / hertz);
  }

  @Override
  public void begin(long nowNanos) {
    size = 0;
    nextNanos = nowNanos;
  }

  @Override
  public long nextNanos() {
    return size < MOST_SAMPLES ? nextNanos : Long.MAX_VALUE;
  }

  @Override
  public void sample(long nowNanos) {
    int at = size;
    nanos[at] = nowNanos;
    watts[at] = device.instantPowerOrNaN();
    smMhz[at] = device.smClockMhz();
    memoryMhz[at] = device.memoryClockMhz();
    celsius[at] = device.temperatureCelsius();
    utilization[at] = device.utilizationPercent();
    reasons[at] = device.clockEventReasons();
    size = at + 1;
    nextNanos = nowNanos + periodNanos;
  }

  int size() {
    return size;
  }

  /** One line of the trace: values separated by commas, empty where they are not offered. */
  String traceLine(int index, long originNanos) {
    return String.format(Locale.ROOT, "%.4f", (nanos[index] - originNanos) * 1e-9)
        + ","
        + cell(watts[index])
        + ","
        + cell(smMhz[index])
        + ","
        + cell(memoryMhz[index])
        + ","
        + cell(celsius[index])
        + ","
        + cell(utilization[index])
        + ",0x"
        + Long.toHexString(reasons[index]);
  }

  private static String cell(double value) {
    return Double.isNaN(value) ? "" : String.valueOf(value);
  }

  boolean isBetween(int index, long fromNanos, long toNanos) {
    return nanos[index] >= fromNanos && nanos[index] <= toNanos;
  }

  /** What the samples between two instants say. */
  TelemetrySummary between(long fromNanos, long toNanos) {
    TelemetrySummary.Builder summary = new TelemetrySummary.Builder();
    int end = size;
    for (int i = 0; i < end; i++) {
      if (isBetween(i, fromNanos, toNanos)) {
        summary.add(watts[i], smMhz[i], memoryMhz[i], celsius[i]);
      }
    }
    return summary.build();
  }
}
