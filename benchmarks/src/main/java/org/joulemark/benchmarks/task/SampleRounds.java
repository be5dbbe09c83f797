package org.joulemark.benchmarks.task;

import org.apache.commons.math3.util.ArithmeticUtils;

/**
 * Keeps an iteration to whole rounds of the sample, so that the mean over its items is that of the
 * sample.
 */
final class SampleRounds {
  // A ticking counter's window begins at the first edge after an item has ended and ends at the
  // last one before the last has. Between edges that are looked for there is this much at most.
  private static final double SECONDS_BETWEEN_EDGES = 0.25;

  private static final double STRIDE = 0.381966;

  private final ItemsWork work;
  private final int items;
  private final boolean ticking;
  private final int stride;
  private long submittedBefore;
  private long beganNanos;

  /**
   * For so many items.
   *
   * @param ticking whether the energy counter moves in ticks, so that the window is shorter than
   *     the work
   */
  SampleRounds(ItemsWork work, int items, boolean ticking) {
    this.work = work;
    this.items = items;
    this.ticking = ticking;
    this.stride = stride(items);
  }

  /** About the golden ratio's share of the items, so that as many iterations begin at as many. */
  private static int stride(int items) {
    int stride = (int) Math.round(items * STRIDE);
    while (ArithmeticUtils.gcd(stride, items) > 1) {
      stride++;
    }
    return stride;
  }

  /**
   * Begins an iteration, each at another item: JMH's own time is that of the items before the
   * iteration's time was over, and so not of the same ones again and again.
   */
  void begin() {
    work.skip(stride);
    submittedBefore = work.submitted();
    beganNanos = System.nanoTime();
  }

  /**
   * Submits items until the round is whole, and until a window that is shorter than the work holds
   * a whole one too; and waits for them.
   */
  void complete() {
    while (units() == 0 || units() % items != 0 || (ticking && !roundFitsBetweenEdges())) {
      work.submit();
    }
    work.drain();
  }

  /** Beside the round, an item is outside before the first edge, and what lies between edges. */
  private boolean roundFitsBetweenEdges() {
    double seconds = (System.nanoTime() - beganNanos) * 1e-9;
    double spare = seconds * (units() - items - 1) / units();
    return spare >= 2 * SECONDS_BETWEEN_EDGES;
  }

  private long units() {
    return work.submitted() - submittedBefore;
  }
}
