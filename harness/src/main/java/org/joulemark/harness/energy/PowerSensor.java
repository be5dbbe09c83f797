package org.joulemark.harness.energy;

/** A source of power readings. Used from one thread at a time. */
@FunctionalInterface
public interface PowerSensor {

  /**
   * Power in watts as the sensor reports it now.
   *
   * @throws EnergyException with the status that a window gets if it cannot be read
   */
  double watts();
}
