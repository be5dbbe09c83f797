package org.joulemark.harness.energy;

import java.util.function.LongSupplier;

/**
 * A window over the whole stretch from {@link #open} to {@link #read}, for meters that are current
 * whenever they are read (tick of a few milliseconds at most): the meter is read once at each end,
 * while nothing is in flight, so the unit count is exact.
 */
public final class WholeWindow implements EnergyWindow {
  private final EnergyMeter meter;
  private final LongSupplier nanoClock;

  private LongSupplier completedUnits = () -> 0;
  private Reading first = new Reading(0, 0, 0, 0);
  private Reading last = first;
  private WindowResult failure;

  /**
   * With the meter, which this window owns from now on.
   *
   * @param meter read at both ends
   * @param nanoClock monotonic time in nanoseconds, {@code System::nanoTime} outside tests
   */
  public WholeWindow(EnergyMeter meter, LongSupplier nanoClock) {
    this.meter = meter;
    this.nanoClock = nanoClock;
    this.failure = neverOpened();
  }

  @Override
  public MeterInfo meter() {
    return meter.info();
  }

  @Override
  public void open(LongSupplier units, int round) {
    completedUnits = units;
    try {
      first = take();
      failure = WindowResult.ok(meter.info(), 0, 0, 0, 0);
    } catch (EnergyException e) {
      failure = WindowResult.failed(meter.info(), e.status(), e.reason());
    }
  }

  @Override
  public WindowResult read() {
    if (!failure.ok()) {
      return failure;
    }
    try {
      last = take();
      return between(first, last);
    } catch (EnergyException e) {
      return WindowResult.failed(meter.info(), e.status(), e.reason());
    }
  }

  @Override
  public long fromNanos() {
    return Math.round(first.middleNanos());
  }

  @Override
  public long toNanos() {
    return Math.round(last.middleNanos());
  }

  @Override
  public void end() {
    failure = neverOpened();
  }

  @Override
  public void close() {
    end();
    meter.close();
  }

  private WindowResult neverOpened() {
    return WindowResult.failed(
        meter.info(), EnergyStatus.TOO_SHORT, "No energy window was open when it was read.");
  }

  private Reading take() {
    long before = nanoClock.getAsLong();
    double joules = meter.readJoules();
    long after = nanoClock.getAsLong();
    return new Reading(before, after, joules, completedUnits.getAsLong());
  }

  private WindowResult between(Reading start, Reading end) {
    MeterInfo info = meter.info();
    double seconds = (end.middleNanos() - start.middleNanos()) * 1e-9;
    double joules = end.joules - start.joules;
    double units = end.units - start.units;
    double watts = joules / seconds;
    double uncertainty =
        Uncertainty.combine(
            watts * Uncertainty.uniform(start.widthSeconds() + info.tickSeconds()),
            watts * Uncertainty.uniform(end.widthSeconds() + info.tickSeconds()),
            Uncertainty.uniform(info.quantumJoules()),
            Uncertainty.uniform(info.quantumJoules()));
    return WindowArithmetic.between(info, joules, seconds, units, uncertainty);
  }

  /** The meter's value, read somewhere between two instants. */
  private record Reading(long beforeNanos, long afterNanos, double joules, long units) {
    double middleNanos() {
      return beforeNanos + (afterNanos - beforeNanos) / 2.0;
    }

    double widthSeconds() {
      return (afterNanos - beforeNanos) * 1e-9;
    }
  }
}
