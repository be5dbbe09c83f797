package org.joulemark.harness.energy;

import java.util.function.DoubleSupplier;

/** A meter whose value a test computes. */
public final class FakeMeter implements EnergyMeter {
  private final MeterInfo info;
  private final DoubleSupplier joules;
  private boolean closed;

  /** With what it says of itself and its value. */
  public FakeMeter(MeterInfo info, DoubleSupplier joules) {
    this.info = info;
    this.joules = joules;
  }

  /** A hardware counter with this tick and quantum. */
  public static MeterInfo counter(double tickSeconds, double quantumJoules) {
    return new MeterInfo(
        "fake",
        EnergyKind.MEASURED,
        EnergyScope.GPU_BOARD,
        "GPU-fake",
        tickSeconds,
        quantumJoules,
        0.05,
        0);
  }

  @Override
  public MeterInfo info() {
    return info;
  }

  @Override
  public double readJoules() {
    return joules.getAsDouble();
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Whether its owner closed it. */
  public boolean closed() {
    return closed;
  }
}
