package org.joulemark.reports.recommend;

/**
 * What measured a candidate's energy.
 *
 * @param device what tells it from other sensors: a GPU's UUID, or the hardware's name
 * @param gainError largest relative error of its scale, as a fraction; NaN where none is stated
 */
public record Sensor(String device, double gainError) {

  /** Where the energy comes from no sensor, or nothing is known of it. */
  public static final Sensor UNKNOWN = new Sensor("", Double.NaN);

  /**
   * By how much two energies may differ although the same was done: the scale of a sensor cancels
   * between its own results, those of two are independent. 0 where that is not known.
   */
  public double mayDifferFrom(Sensor other) {
    if (device.equals(other.device)) {
      return 0;
    }
    double both = Math.hypot(gainError, other.gainError);
    return Double.isNaN(both) ? 0 : both;
  }
}
