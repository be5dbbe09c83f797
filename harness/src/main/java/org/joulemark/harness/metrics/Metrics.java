package org.joulemark.harness.metrics;

/**
 * Everything that is derived from an energy window: each formula stands here and nowhere else.
 *
 * <p>All figures are per work unit or rates, so a window of twice the length with twice the work
 * gives the same numbers. EOR and TWEOR divide the unit's score by the unit's own energy, and by
 * its energy times its time.
 *
 * @param joulesPerUnit E/n, in J
 * @param secondsPerUnit t/n, in s
 * @param watts E/t, mean power in W
 * @param unitsPerJoule n/E
 * @param flopsPerJoule flops·n/E
 * @param eor score / (E/n in Wh), in 1/Wh
 * @param tweor score / (E/n in Wh · t/n in s), in 1/(Wh·s)
 * @param edp energy-delay product (E/n)·(t/n), in J·s
 * @param joulesPerToken E/(n·tokens), in J
 * @param flopRate flops·n/t, in FLOP/s
 * @param byteRate bytes·n/t, in B/s
 * @param tokenRate tokens·n/t, in 1/s
 */
public record Metrics(
    double joulesPerUnit,
    double secondsPerUnit,
    double watts,
    double unitsPerJoule,
    double flopsPerJoule,
    double eor,
    double tweor,
    double edp,
    double joulesPerToken,
    double flopRate,
    double byteRate,
    double tokenRate) {

  /** Joules in one watt-hour. */
  public static final double JOULES_PER_WATT_HOUR = 3600.0;

  /**
   * Derives every metric of a window; what depends on a NaN is NaN.
   *
   * @param energyJoules energy spent between the window's two instants
   * @param timeSeconds time between them
   * @param units work units done between them; a fraction counts
   * @param unit what one of them is
   */
  public static Metrics of(double energyJoules, double timeSeconds, double units, WorkUnit unit) {
    double joulesPerUnit = energyJoules / units;
    double secondsPerUnit = timeSeconds / units;
    double wattHoursPerUnit = joulesPerUnit / JOULES_PER_WATT_HOUR;
    return new Metrics(
        joulesPerUnit,
        secondsPerUnit,
        energyJoules / timeSeconds,
        1 / joulesPerUnit,
        unit.flops() / joulesPerUnit,
        unit.score() / wattHoursPerUnit,
        unit.score() / (wattHoursPerUnit * secondsPerUnit),
        joulesPerUnit * secondsPerUnit,
        // No token is no cost per token, not an infinite one.
        unit.tokens() > 0 ? joulesPerUnit / unit.tokens() : Double.NaN,
        unit.flops() / secondsPerUnit,
        unit.bytes() / secondsPerUnit,
        unit.tokens() > 0 ? unit.tokens() / secondsPerUnit : Double.NaN);
  }

  /**
   * Arithmetic intensity, FLOPs for each byte: the abscissa of a roofline.
   *
   * @param flopRate in FLOP/s
   * @param byteRate in B/s, of the same window
   * @return NaN where either is not known, or there are no bytes
   */
  public static double arithmeticIntensity(double flopRate, double byteRate) {
    return byteRate > 0 ? flopRate / byteRate : Double.NaN;
  }
}
