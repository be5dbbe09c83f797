package org.joulemark.harness.energy;

/**
 * What one energy window gave. Where the status is not {@link EnergyStatus#OK}, energy, time, units
 * and uncertainty are NaN.
 *
 * @param meter what measured it
 * @param status whether the figures stand
 * @param reason one sentence where they do not, empty where they do
 * @param energyJoules energy between the window's two instants
 * @param timeSeconds time between them
 * @param units work units done between them; a fraction counts
 * @param uncertaintyJoules standard uncertainty (one standard deviation) of the energy that belongs
 *     to those units: edge timing, quantum and unit count; the gain error is not in it
 */
public record WindowResult(
    MeterInfo meter,
    EnergyStatus status,
    String reason,
    double energyJoules,
    double timeSeconds,
    double units,
    double uncertaintyJoules) {

  /** A window that holds. */
  public static WindowResult ok(
      MeterInfo meter,
      double energyJoules,
      double timeSeconds,
      double units,
      double uncertaintyJoules) {
    return new WindowResult(
        meter, EnergyStatus.OK, "", energyJoules, timeSeconds, units, uncertaintyJoules);
  }

  /** A window that does not hold, with the reason. */
  public static WindowResult failed(MeterInfo meter, EnergyStatus status, String reason) {
    return new WindowResult(meter, status, reason, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
  }

  /** Whether the figures stand. */
  public boolean ok() {
    return status == EnergyStatus.OK;
  }

  /** Repeatability of the energy per unit as a fraction; NaN where the figures do not stand. */
  public double relativeUncertainty() {
    return uncertaintyJoules / energyJoules;
  }
}
