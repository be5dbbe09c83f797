package org.joulemark.harness.energy;

/** A source of energy readings. Used from one thread at a time. */
public interface EnergyMeter extends AutoCloseable {

  /** What this meter is; constant over its life. */
  MeterInfo info();

  /**
   * Energy in joules since a fixed but unknown instant. It never decreases while the meter works;
   * counters that wrap are unwrapped here, which needs at least one reading per turn.
   *
   * @throws EnergyException with the status that a window gets if the value cannot be read
   */
  double readJoules();

  /** Frees what the meter holds. */
  @Override
  void close();
}
