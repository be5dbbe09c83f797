package org.joulemark.benchmarks.work;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.platform.GpuSpec;

/**
 * What a work's rate is held against: the maker's figure, and the best that this installation has
 * seen on this device.
 *
 * @param session the engine
 * @param name of the rate: a precision's name, or {@code read}, {@code write}, {@code copy}
 * @param amountPerUnit operations or bytes of one unit
 * @param statedPerSecond the maker's figure, NaN where there is none
 */
public record Ceiling(
    EngineSession session, String name, double amountPerUnit, double statedPerSecond) {

  // Work whose bytes stay in the second-level cache between units is not bound by the memory.
  private static final double CACHES_TO_BE_OUT_OF = 4;

  /**
   * The ceiling of work that both multiplies and moves: the device's bandwidth where the maker's
   * figures say that moving its compulsory bytes takes longer than its operations, and those bytes
   * are far more than a cache holds; otherwise the device's rate in {@code precision}. Notes which
   * as {@code peak.of}.
   *
   * @param precision name of the precision that it multiplies in
   */
  public static Ceiling of(EngineSession session, String precision, double flops, double bytes) {
    Optional<GpuSpec> spec = session.spec();
    double statedOps = spec.map(gpu -> gpu.peakOpsPerSecond(precision)).orElse(Double.NaN);
    double statedBytes = spec.map(gpu -> gpu.memoryGigabytesPerSecond() * 1e9).orElse(Double.NaN);
    double cacheBytes = spec.map(gpu -> gpu.l2Megabytes() * 1e6).orElse(Double.NaN);
    // Comparisons with NaN are false: without figures the rate of operations is it.
    boolean memoryBound =
        bytes / statedBytes > flops / statedOps && bytes > CACHES_TO_BE_OUT_OF * cacheBytes;
    Ceiling ceiling =
        memoryBound
            ? new Ceiling(session, "read", bytes, statedBytes)
            : new Ceiling(session, precision, flops, statedOps);
    WorkWindow.note("peak.of", ceiling.name());
    return ceiling;
  }

  /**
   * {@code peak.datasheet} and {@code peak.measured} in percent, NaN where there is nothing to hold
   * against.
   */
  List<Metric> metrics(double deviceSeconds) {
    double rate = amountPerUnit / deviceSeconds;
    return List.of(
        new Metric("peak.datasheet", 100 * rate / statedPerSecond, "%"),
        new Metric("peak.measured", 100 * rate / best(rate), "%"));
  }

  private double best(double rate) {
    if (!Double.isFinite(rate) || session.measuredPeaks().isEmpty()) {
      return Double.NaN;
    }
    try {
      return session.measuredPeaks().get().record(session.gpu(), name, rate);
    } catch (IOException e) {
      WorkWindow.note("peak.measured.reason", "The best rates cannot be kept: " + e.getMessage());
      return Double.NaN;
    }
  }
}
