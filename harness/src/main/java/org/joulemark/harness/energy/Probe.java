package org.joulemark.harness.energy;

/** Readings besides energy, taken by a window's sampler when it has time for them. */
public interface Probe {

  /** A window begins: forget the last one. */
  void begin(long nowNanos);

  /** When the next look is due. */
  long nextNanos();

  /**
   * Looks once.
   *
   * @throws EnergyException if the device is lost
   */
  void sample(long nowNanos);

  /** Looks at nothing. */
  Probe NONE =
      new Probe() {
        @Override
        public void begin(long nowNanos) {
          // Keeps nothing.
        }

        @Override
        public long nextNanos() {
          return Long.MAX_VALUE;
        }

        @Override
        public void sample(long nowNanos) {
          throw new IllegalStateException("never due");
        }
      };
}
