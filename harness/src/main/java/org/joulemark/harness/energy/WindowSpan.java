package org.joulemark.harness.energy;

import java.util.Arrays;
import java.util.Optional;

/**
 * The part of a window between two instants that are known from readings.
 *
 * @param fromNanos where it begins
 * @param toNanos where it ends
 * @param joules between the two
 * @param units done between the two
 * @param uncertaintyJoules standard uncertainty of what is not at a reading itself
 */
record WindowSpan(
    double fromNanos, double toNanos, double joules, double units, double uncertaintyJoules) {

  /** From one reading to another. */
  static WindowSpan betweenReadings(ReadingTrack readings, UnitTrack units, int first, int last) {
    double from = readings.middleNanos(first);
    double to = readings.middleNanos(last);
    return new WindowSpan(
        from, to, readings.joules(last) - readings.joules(first), units.at(to) - units.at(from), 0);
  }

  /**
   * As many whole rounds as lie between two readings, so that it does not matter that a round's
   * units draw different powers. A round that begins at a reading ends between two, where the meter
   * is interpolated. How far that is off depends on what was running there, so the energy is the
   * mean over all readings that so many rounds can begin at; where that is one only, over those
   * that a round less can begin at.
   *
   * @param round units of one
   * @return empty if not even one round lies between them, or no third reading
   */
  static Optional<WindowSpan> ofWholeRounds(
      ReadingTrack readings, UnitTrack units, int first, int last, int round) {
    double counted = units.at(readings.middleNanos(last));
    double begun = units.at(readings.middleNanos(first));
    long rounds = (long) Math.floor((counted - begun) / round);
    // With a single reading between, nobody knows how the power varies.
    if (rounds < 1 || last - first < 2) {
      return Optional.empty();
    }
    boolean single = beginnings(readings, units, first, last, rounds * round) == 1;
    long taken = single && rounds > 1 ? rounds - 1 : rounds;
    return Optional.of(ofRounds(readings, units, first, last, taken * round));
  }

  /** How many readings so many units can begin at; 1 at least, whatever rounding errors say. */
  private static int beginnings(
      ReadingTrack readings, UnitTrack units, int first, int last, long whole) {
    double counted = units.at(readings.middleNanos(last));
    int beginnings = 1;
    while (units.at(readings.middleNanos(first + beginnings)) + whole <= counted) {
      beginnings++;
    }
    return beginnings;
  }

  private static WindowSpan ofRounds(
      ReadingTrack readings, UnitTrack units, int first, int last, long whole) {
    int beginnings = beginnings(readings, units, first, last, whole);
    double scatter = scatterWatts(readings, first, last);
    double[] joules = new double[beginnings];
    double nanos = 0;
    double offSquares = 0;
    for (int i = 0; i < beginnings; i++) {
      double from = readings.middleNanos(first + i);
      double to = units.instantOf(units.at(from) + whole);
      joules[i] = readings.joulesAt(to) - readings.joules(first + i);
      nanos += to - from;
      double off = scatter * readings.secondsToNearest(to);
      offSquares += off * off;
    }
    double mean = Arrays.stream(joules).average().orElseThrow();
    double squares = Arrays.stream(joules).map(one -> (one - mean) * (one - mean)).sum();
    double from = readings.middleNanos(first);
    // What the power does between two readings shows only in how the beginnings differ.
    double seen = beginnings > 1 ? Math.sqrt(squares / (beginnings - 1) / beginnings) : 0;
    return new WindowSpan(
        from,
        from + nanos / beginnings,
        mean,
        whole,
        Math.max(seen, Math.sqrt(offSquares) / beginnings));
  }

  /** How much the power between two neighbouring readings differs, as a standard deviation. */
  private static double scatterWatts(ReadingTrack readings, int first, int last) {
    double mean =
        (readings.joules(last) - readings.joules(first))
            / (readings.middleNanos(last) - readings.middleNanos(first));
    double squares = 0;
    for (int i = first; i < last; i++) {
      double power =
          (readings.joules(i + 1) - readings.joules(i))
              / (readings.middleNanos(i + 1) - readings.middleNanos(i));
      squares += (power - mean) * (power - mean);
    }
    return Math.sqrt(squares / (last - first - 1)) * 1e9;
  }

  /** How long it lasts. */
  double seconds() {
    return (toNanos - fromNanos) * 1e-9;
  }
}
