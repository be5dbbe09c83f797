package org.joulemark.harness.energy;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Finds how often a counter moves. */
public final class TickCalibration {
  private static final int LEAST_EDGES = 6;
  private static final int MOST_EDGES = 1 << 12;
  private static final long HELD_UP_NANOS = 2_000_000;
  private static final double LEAST_SECONDS = 0.5;

  /** A counter that has not moved for this long is stuck. */
  private static final double STUCK_SECONDS = 1.5;

  private TickCalibration() {}

  /**
   * Time in seconds between two edges of a counter that is read back to back for some of them;
   * where it moves with every reading, the time of a reading. Edges that were missed, because this
   * thread did not run, are counted too. Reported ticks of GPUs lie between 10 and 100 ms, so this
   * takes about 0.7 s.
   *
   * @param domain whose counter, for the sentence of a fault
   * @param readJoules reads the counter
   * @param nanoClock monotonic time in nanoseconds
   * @throws EnergyException {@link EnergyStatus#STUCK} if the counter does not move, {@link
   *     EnergyStatus#RESET} if it goes back, or what the counter throws
   */
  public static double tickSeconds(
      String domain, DoubleSupplier readJoules, LongSupplier nanoClock) {
    long[] edges = new long[MOST_EDGES];
    int found = 0;
    long lastMoved = nanoClock.getAsLong();
    long lastStart = lastMoved;
    long shortest = Long.MAX_VALUE;
    double last = readJoules.getAsDouble();
    while (found < LEAST_EDGES
        || (found < MOST_EDGES && (edges[found - 1] - edges[0]) * 1e-9 < LEAST_SECONDS)) {
      long start = nanoClock.getAsLong();
      double joules = readJoules.getAsDouble();
      long end = nanoClock.getAsLong();
      if (joules < last) {
        throw new EnergyException(
            EnergyStatus.RESET, "The energy counter of " + domain + " went back.");
      }
      if (joules > last) {
        // Where this thread was held up, the edge came at an unknown time before.
        if (end - lastStart <= 4 * Math.min(shortest, end - start) + HELD_UP_NANOS) {
          edges[found++] = start;
        }
        lastMoved = start;
        last = joules;
      } else if ((end - lastMoved) * 1e-9 > STUCK_SECONDS) {
        throw new EnergyException(
            EnergyStatus.STUCK,
            String.format(
                Locale.ROOT,
                "The energy counter of %s did not move in %.1f s.",
                domain,
                (end - lastMoved) * 1e-9));
      }
      shortest = Math.min(shortest, end - start);
      lastStart = start;
    }
    return tickNanos(edges, found, shortest) * 1e-9;
  }

  private static double tickNanos(long[] edges, int found, long readingNanos) {
    long[] gaps = new long[found - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = edges[i + 1] - edges[i];
    }
    long[] sorted = gaps.clone();
    Arrays.sort(sorted);
    // Where readings are quick, the smallest gap is one tick, and others are several where edges
    // were missed. Where a reading takes long, gaps scatter by it and the median tells more.
    long one = sorted[0] > 4 * readingNanos ? sorted[0] : sorted[sorted.length / 2];
    long ticks = 0;
    for (long gap : gaps) {
      ticks += Math.max(1, Math.round((double) gap / one));
    }
    // Each gap is off by a reading at most, and errors of neighbours cancel in the mean.
    return (double) (edges[found - 1] - edges[0]) / ticks;
  }
}
