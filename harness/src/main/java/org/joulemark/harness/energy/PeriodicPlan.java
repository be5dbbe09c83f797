package org.joulemark.harness.energy;

/** Reads at a fixed rate; every reading marks the instant at which it was made. */
final class PeriodicPlan implements ReadingPlan {
  private final long periodNanos;
  private long nextNanos;

  PeriodicPlan(double hertz) {
    periodNanos = Math.max(1, Math.round(1e9 / hertz));
  }

  @Override
  public void begin(long nowNanos, boolean closely) {
    nextNanos = nowNanos;
  }

  @Override
  public long nextNanos() {
    return nextNanos;
  }

  @Override
  public boolean reading(long startNanos, long endNanos, double joules, ReadingTrack track) {
    track.add(startNanos, endNanos, joules);
    // A reading that took longer than a period is not made up for.
    nextNanos = Math.max(nextNanos + periodNanos, endNanos);
    return true;
  }

  @Override
  public boolean stuck(long nowNanos) {
    return false;
  }
}
