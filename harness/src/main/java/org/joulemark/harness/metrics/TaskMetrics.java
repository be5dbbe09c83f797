package org.joulemark.harness.metrics;

/**
 * The figures of a whole task, from a window over some of its units: energy and time of a unit
 * times the units of the task. EOR and TWEOR divide the task's score by the task's energy, and by
 * its energy times its time.
 *
 * @param wattHours (E/n)·units of the task, in Wh
 * @param uncertaintyWattHours standard uncertainty of the same, in Wh
 * @param hours (t/n)·units of the task, in h
 * @param eor score / Wh of the task, in 1/Wh
 * @param tweor score / (Wh of the task · s of the task), in 1/(Wh·s)
 */
public record TaskMetrics(
    double wattHours, double uncertaintyWattHours, double hours, double eor, double tweor) {

  private static final double SECONDS_PER_HOUR = 3600;

  /**
   * Derives the figures; what depends on a NaN is NaN.
   *
   * @param energyJoules energy spent between the window's two instants
   * @param uncertaintyJoules standard uncertainty of it
   * @param timeSeconds time between them
   * @param units work units done between them; a fraction counts
   * @param unit what one of them is
   */
  public static TaskMetrics of(
      double energyJoules,
      double uncertaintyJoules,
      double timeSeconds,
      double units,
      WorkUnit unit) {
    double windows = unit.unitsPerTask() / units;
    double wattHours = energyJoules * windows / Metrics.JOULES_PER_WATT_HOUR;
    double seconds = timeSeconds * windows;
    return new TaskMetrics(
        wattHours,
        uncertaintyJoules * windows / Metrics.JOULES_PER_WATT_HOUR,
        seconds / SECONDS_PER_HOUR,
        unit.score() / wattHours,
        unit.score() / (wattHours * seconds));
  }
}
