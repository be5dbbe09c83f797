package org.joulemark.reports.result;

/**
 * What measured an energy.
 *
 * @param device name of the GPU or processor, empty where it is not known
 * @param card what tells a GPU from others of its name, empty where that is not known
 * @param gainError largest relative error of its scale, as a fraction; NaN where none is stated
 */
public record Sensor(String device, String card, double gainError) {

  /** Where the energy comes from no sensor, or nothing is known of it. */
  public static final Sensor UNKNOWN = new Sensor("", "", Double.NaN);

  /** The sensor of a row that was measured on that device. */
  public static Sensor of(ResultRow row, String device, String card) {
    return new Sensor(device, card, row.metric("energy.gain.error").value());
  }

  /**
   * Whether both are one, as far as is known: the scale of a sensor cancels between its results.
   */
  public boolean sameAs(Sensor other) {
    return device.equals(other.device)
        && (card.isEmpty() || other.card.isEmpty() || card.equals(other.card));
  }

  /**
   * By how much two energies may differ, as a fraction, although the same was done: the scales of
   * two sensors are independent, and that of one cancels.
   *
   * @return 0 if both are one; NaN where an error is not stated
   */
  public double mayDifferFrom(Sensor other) {
    return sameAs(other) ? 0 : Math.hypot(gainError, other.gainError);
  }
}
