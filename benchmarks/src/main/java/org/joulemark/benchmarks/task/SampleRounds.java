package org.joulemark.benchmarks.task;

/**
 * Keeps an iteration to whole rounds of the sample, so that the mean over its items is that of the
 * sample, and says how far a window that is a little shorter is from that.
 */
final class SampleRounds {
  // A ticking counter's window begins and ends with an edge, and edges are looked for five times a
  // second: this much of the work at most is outside.
  private static final double SECONDS_OUTSIDE_A_TICKING_WINDOW = 0.4;

  private static final double STRIDE = 0.381966;

  private final ItemsWork work;
  private final double[] flops;
  private final boolean ticking;
  private long submittedBefore;
  private long beganNanos;

  /**
   * For the items of a sample.
   *
   * @param flops of each
   * @param ticking whether the energy counter moves in ticks, so that the window is shorter than
   *     the work
   */
  SampleRounds(ItemsWork work, double[] flops, boolean ticking) {
    this.work = work;
    this.flops = flops.clone();
    this.ticking = ticking;
  }

  /**
   * Begins an iteration, each at another item, so that what a ticking window leaves out at its ends
   * are not the same items again and again.
   */
  void begin() {
    work.skip((int) Math.round(flops.length * STRIDE));
    submittedBefore = work.submitted();
    beganNanos = System.nanoTime();
  }

  /** Submits items until the round is whole, and waits for them. */
  void complete() {
    while (units() % flops.length != 0) {
      work.submit();
    }
    work.drain();
  }

  private long units() {
    return work.submitted() - submittedBefore;
  }

  /**
   * How far the mean cost of the items inside the energy window is from the sample's, as a standard
   * deviation and a fraction; call after {@link #complete}.
   */
  double spread() {
    long units = units();
    if (!ticking || units == 0) {
      return 0;
    }
    double secondsPerUnit = (System.nanoTime() - beganNanos) * 1e-9 / units;
    long outside = (long) Math.ceil(SECONDS_OUTSIDE_A_TICKING_WINDOW / secondsPerUnit);
    // What is outside beyond a round is whole rounds.
    return TaskSample.spread(flops, units, Math.min(outside, Math.min(units - 1, flops.length)));
  }
}
