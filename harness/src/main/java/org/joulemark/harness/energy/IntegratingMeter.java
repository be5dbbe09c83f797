package org.joulemark.harness.energy;

import java.util.function.LongSupplier;

/**
 * Energy from a power sensor by the trapezoidal rule: each reading adds the time since the one
 * before, at the mean of the two powers.
 */
public final class IntegratingMeter implements EnergyMeter {
  private final MeterInfo info;
  private final PowerSensor sensor;
  private final LongSupplier nanoClock;
  private double joules;
  private double lastWatts;
  private long lastNanos;
  private boolean hasLast;

  /**
   * With a sensor.
   *
   * @param info what this meter says of itself; its kind is {@link EnergyKind#INTEGRATED}
   * @param sensor read once by each reading of this meter
   * @param nanoClock monotonic time in nanoseconds
   */
  public IntegratingMeter(MeterInfo info, PowerSensor sensor, LongSupplier nanoClock) {
    this.info = info;
    this.sensor = sensor;
    this.nanoClock = nanoClock;
  }

  @Override
  public MeterInfo info() {
    return info;
  }

  @Override
  public double readJoules() {
    long before = nanoClock.getAsLong();
    double watts = sensor.watts();
    long now = before + (nanoClock.getAsLong() - before) / 2;
    if (hasLast) {
      joules += (lastWatts + watts) / 2 * (now - lastNanos) * 1e-9;
    }
    hasLast = true;
    lastWatts = watts;
    lastNanos = now;
    return joules;
  }

  @Override
  public void close() {
    // The sensor belongs to whoever gave it.
  }
}
