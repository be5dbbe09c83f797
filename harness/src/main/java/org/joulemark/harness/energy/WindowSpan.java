package org.joulemark.harness.energy;

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
   * mean over all readings that so many rounds can begin at.
   *
   * @param round units of one
   * @return empty if not even one round lies between them
   */
  static Optional<WindowSpan> ofWholeRounds(
      ReadingTrack readings, UnitTrack units, int first, int last, int round) {
    double counted = units.at(readings.middleNanos(last));
    double begun = units.at(readings.middleNanos(first));
    double whole = Math.floor((counted - begun) / round) * round;
    if (whole < round) {
      return Optional.empty();
    }
    double joules = 0;
    double nanos = 0;
    double offSquares = 0;
    int beginnings = 0;
    double scatter = scatterWatts(readings, first, last);
    for (int i = first; units.at(readings.middleNanos(i)) + whole <= counted; i++) {
      double from = readings.middleNanos(i);
      double to = units.instantOf(units.at(from) + whole);
      joules += readings.joulesAt(to) - readings.joules(i);
      nanos += to - from;
      double off = scatter * readings.secondsToNearest(to);
      offSquares += off * off;
      beginnings++;
    }
    double from = readings.middleNanos(first);
    return Optional.of(
        new WindowSpan(
            from,
            from + nanos / beginnings,
            joules / beginnings,
            whole,
            Math.sqrt(offSquares) / beginnings));
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
    return Math.sqrt(squares / (last - first)) * 1e9;
  }

  /** How long it lasts. */
  double seconds() {
    return (toNanos - fromNanos) * 1e-9;
  }
}
