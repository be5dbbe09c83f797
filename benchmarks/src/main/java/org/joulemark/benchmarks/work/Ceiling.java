package org.joulemark.benchmarks.work;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.platform.GpuSpec;
import org.joulemark.harness.platform.MeasuredPeaks;

/**
 * What a work's rate is held against: the maker's figure, and the best that this installation has
 * seen on this device.
 *
 * @param session the engine
 * @param name of the rate: a precision's name, or {@code read}, {@code write}, {@code copy}
 * @param amountPerUnit operations or bytes of one unit
 * @param statedPerSecond the maker's figure, NaN where there is none
 * @param sets whether a rate of this work may become the best that others are held against: a
 *     GEMM's in its precision and a ceiling's, which are all of that rate, and no others
 */
public record Ceiling(
    EngineSession session,
    String name,
    double amountPerUnit,
    double statedPerSecond,
    boolean sets) {

  /** Stands where neither the memory nor the arithmetic holds the work up. */
  private static final String NONE = "none";

  // Of work that goes over its bytes again and again, a cache of half of them keeps next to none.
  private static final double CACHES_TO_BE_OUT_OF = 2;

  // A card may boost beyond its data sheet, but not by so much.
  private static final double BEYOND_ANY_BOOST = 1.1;

  /**
   * The ceiling of work that both multiplies and moves: the device's bandwidth where the maker's
   * figures say that moving its compulsory bytes takes longer than its operations; otherwise the
   * device's rate in {@code precision}. Bandwidth is none where the bytes may stay in the
   * second-level cache between units; then the shares are NaN. Notes which as {@code peak.of}.
   *
   * @param precision name of the precision that it multiplies in
   */
  public static Ceiling of(EngineSession session, String precision, double flops, double bytes) {
    return of(session, precision, flops, bytes, false);
  }

  /** As {@link #of}, of a single product, whose rate others are held against. */
  public static Ceiling ofProduct(
      EngineSession session, String precision, double flops, double bytes) {
    return of(session, precision, flops, bytes, true);
  }

  private static Ceiling of(
      EngineSession session, String precision, double flops, double bytes, boolean product) {
    Optional<GpuSpec> spec = session.spec();
    double statedOps = spec.map(gpu -> gpu.peakOpsPerSecond(precision)).orElse(Double.NaN);
    double statedBytes = spec.map(gpu -> gpu.memoryGigabytesPerSecond() * 1e9).orElse(Double.NaN);
    double cacheBytes = spec.map(gpu -> gpu.l2Megabytes() * 1e6).orElse(Double.NaN);
    Ceiling ceiling =
        switch (bound(flops / statedOps, bytes / statedBytes, bytes / cacheBytes)) {
          case MEMORY -> new Ceiling(session, "read", bytes, statedBytes, false);
          case CACHE -> new Ceiling(session, NONE, Double.NaN, Double.NaN, false);
          case ARITHMETIC -> new Ceiling(session, precision, flops, statedOps, product);
        };
    WorkWindow.note("peak.of", ceiling.name());
    return ceiling;
  }

  /** What holds work up. */
  enum Bound {
    MEMORY,
    CACHE,
    ARITHMETIC
  }

  /**
   * What holds work up whose operations take {@code operating} seconds at the maker's figure and
   * whose bytes {@code moving}; NaN where there is no figure, and then it is the arithmetic.
   *
   * @param caches how many second-level caches its bytes fill
   */
  static Bound bound(double operating, double moving, double caches) {
    // Comparisons with NaN are false.
    if (!(moving > operating)) {
      return Bound.ARITHMETIC;
    }
    return caches > CACHES_TO_BE_OUT_OF ? Bound.MEMORY : Bound.CACHE;
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
    Optional<MeasuredPeaks> peaks = session.measuredPeaks();
    if (!Double.isFinite(rate) || peaks.isEmpty()) {
      return Double.NaN;
    }
    try {
      forgetTheImpossible(peaks.get());
      // What would be forgotten again is not kept: something about the figure or the work is wrong.
      boolean credible = !(rate > BEYOND_ANY_BOOST * statedPerSecond);
      double best =
          sets && credible
              ? peaks.get().record(session.gpu(), name, rate)
              : peaks.get().best(session.gpu(), name);
      if (sets && !credible) {
        WorkWindow.note(
            "peak.measured.reason",
            "This rate of "
                + name
                + " is more than 10 % above the maker's figure, so it is not kept as the best:"
                + " gpus.json may not have this GPU's figures.");
      } else if (Double.isNaN(best)) {
        WorkWindow.note(
            "peak.measured.reason",
            "No best rate of "
                + name
                + " is known of this GPU: GemmBenchmark (of a precision) or Bandwidth (of the"
                + " memory) measures it.");
      }
      return best;
    } catch (IOException e) {
      WorkWindow.note("peak.measured.reason", "The best rates cannot be kept: " + e.getMessage());
      return Double.NaN;
    }
  }

  /** Earlier versions kept what a layer reached in another type, or from the cache. */
  private void forgetTheImpossible(MeasuredPeaks peaks) throws IOException {
    if (peaks.forgetAbove(session.gpu(), name, BEYOND_ANY_BOOST * statedPerSecond)) {
      WorkWindow.note(
          "peak.measured.forgotten",
          "The best rate of "
              + name
              + " that was kept of this GPU is more than 10 % above the maker's figure, so it was of"
              + " something else and counts no more.");
    }
  }
}
