package org.joulemark.harness.energy;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Finds how often a counter moves, by reading it back to back for some edges. Reported ticks of
 * GPUs lie between 10 and 100 ms, so this takes about 0.7 s.
 *
 * @param tickSeconds mean time between two edges; where the counter moves with every reading, the
 *     time of a reading
 * @param readingSeconds median time of one reading
 */
public record TickCalibration(double tickSeconds, double readingSeconds) {
  private static final int LEAST_EDGES = 6;
  private static final double LEAST_SECONDS = 0.5;
  private static final int MOST_DURATIONS = 1 << 10;

  /** A counter that has not moved for this long is stuck. */
  private static final double STUCK_SECONDS = 1.5;

  /**
   * Calibrates.
   *
   * @param domain whose counter, for the sentence of a fault
   * @param readJoules reads the counter
   * @param nanoClock monotonic time in nanoseconds
   * @throws EnergyException {@link EnergyStatus#STUCK} if the counter does not move, {@link
   *     EnergyStatus#RESET} if it goes back, or what the counter throws
   */
  public static TickCalibration of(
      String domain, DoubleSupplier readJoules, LongSupplier nanoClock) {
    long[] durations = new long[MOST_DURATIONS];
    int readings = 0;
    int edges = 0;
    long firstEdge = 0;
    long lastEdge = nanoClock.getAsLong();
    double last = readJoules.getAsDouble();
    while (edges < LEAST_EDGES || (lastEdge - firstEdge) * 1e-9 < LEAST_SECONDS) {
      long start = nanoClock.getAsLong();
      double joules = readJoules.getAsDouble();
      long end = nanoClock.getAsLong();
      durations[readings % MOST_DURATIONS] = end - start;
      readings++;
      if (joules < last) {
        throw new EnergyException(
            EnergyStatus.RESET, "The energy counter of " + domain + " went back.");
      }
      if (joules > last) {
        firstEdge = edges == 0 ? start : firstEdge;
        lastEdge = start;
        edges++;
        last = joules;
      } else if ((end - lastEdge) * 1e-9 > STUCK_SECONDS) {
        throw new EnergyException(
            EnergyStatus.STUCK,
            String.format(
                Locale.ROOT,
                "The energy counter of %s did not move in %.1f s.",
                domain,
                (end - lastEdge) * 1e-9));
      }
    }
    // Each gap is off by a reading at most, and errors of neighbours cancel in the mean.
    double tick = (lastEdge - firstEdge) * 1e-9 / (edges - 1);
    double reading = median(durations, Math.min(readings, MOST_DURATIONS)) * 1e-9;
    return new TickCalibration(tick, reading);
  }

  private static long median(long[] values, int count) {
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[count / 2];
  }
}
