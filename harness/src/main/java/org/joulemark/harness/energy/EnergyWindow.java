package org.joulemark.harness.energy;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.joulemark.harness.metrics.Metric;

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
   * @param round units after which the work repeats, 1 where each is like every other: a window
   *     that is shorter than the work holds whole rounds of it
   */
  void open(LongSupplier completedUnits, int round);

  /** Begins over work of which each unit is like every other. */
  default void open(LongSupplier completedUnits) {
    open(completedUnits, 1);
  }

  /**
   * The window from {@link #open} until now; it goes on, so that more work can follow and be read
   * again. Nothing is in flight when this is called.
   */
  WindowResult read();

  /** Where the window of the last {@link #read} begins, in {@code System.nanoTime}. */
  long fromNanos();

  /** Where the window of the last {@link #read} ends, in {@code System.nanoTime}. */
  long toNanos();

  /**
   * What else is known of the window of the last {@link #read}: the same names after every read,
   * NaN where there is nothing.
   */
  default List<Metric> details() {
    return List.of();
  }

  /**
   * Takes what the last {@link #read} showed for the idle baseline: from then on each figure of a
   * single one of several devices in {@link #details} is net of that device's own. The figure of
   * all is left to the caller; a window of one device has nothing to do.
   */
  default void takeIdleBaseline() {}

  /** What people should know of the window of the last {@link #read}, in words, by stable keys. */
  default Map<String, String> remarks() {
    return Map.of();
  }

  /** Temperature now of what is measured, the warmest of several; NaN where it is not known. */
  default double temperatureCelsius() {
    return Double.NaN;
  }

  /** Ends the window; the figures of the last {@link #read} stand. No-op if none is open. */
  void end();

  /** Ends the window and frees the meter. */
  @Override
  void close();
}
