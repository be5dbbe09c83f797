package org.joulemark.harness.energy;

import java.util.function.LongSupplier;

/**
 * A stretch of time whose energy is related to the work units done in it. Opened and read from one
 * thread at a time; a window can be opened again, which forgets the one before.
 */
public interface EnergyWindow extends AutoCloseable {

  /** What this window reads. */
  MeterInfo meter();

  /**
   * Begins: nothing is in flight, and work follows at once.
   *
   * @param completedUnits units known to be done so far; readable from any thread
   */
  void open(LongSupplier completedUnits);

  /**
   * The window from {@link #open} until now; it goes on, so that more work can follow and be read
   * again. Nothing is in flight when this is called.
   */
  WindowResult read();

  /** Ends the window; the figures of the last {@link #read} stand. No-op if none is open. */
  void end();

  /** Ends the window and frees the meter. */
  @Override
  void close();
}
