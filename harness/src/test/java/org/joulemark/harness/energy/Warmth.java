package org.joulemark.harness.energy;

import java.util.function.LongSupplier;

/** A window of which only the temperature matters. */
abstract class Warmth implements EnergyWindow {
  @Override
  public MeterInfo meter() {
    return FakeMeter.counter(0.1, 0);
  }

  @Override
  public void open(LongSupplier completedUnits, int round) {
    throw new UnsupportedOperationException();
  }

  @Override
  public WindowResult read() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long fromNanos() {
    return 0;
  }

  @Override
  public long toNanos() {
    return 0;
  }

  @Override
  public void end() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
