package org.joulemark.harness.energy;

/** Decides when a meter is read, and which readings mark an instant. Used from one thread. */
interface ReadingPlan {

  /**
   * Begins anew; the next reading is due at once.
   *
   * @param closely whether more instants are wanted than a window's two ends
   */
  void begin(long nowNanos, boolean closely);

  /** When the next reading is due. */
  long nextNanos();

  /**
   * Takes a reading that lasted from one instant to another, and adds it to the track if it marks
   * an instant.
   *
   * @return whether it did: then there is time for other readings
   */
  boolean reading(long startNanos, long endNanos, double joules, ReadingTrack track);

  /** Whether the value has not moved for so long that it is stuck. */
  boolean stuck(long nowNanos);
}
