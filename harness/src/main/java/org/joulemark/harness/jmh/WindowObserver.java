package org.joulemark.harness.jmh;

import java.util.function.LongSupplier;
import org.joulemark.harness.metrics.WorkUnit;
import org.jspecify.annotations.Nullable;

/** Told of a benchmark's window by {@link WorkWindow}, on the benchmark's thread. */
interface WindowObserver {

  /** Work begins after this returns; nothing is in flight. */
  void opened(WorkUnit unit, String device, LongSupplier completedUnits);

  /**
   * Work has ended; nothing is in flight.
   *
   * @param moreWork runs one more bounded batch of units and waits for them, so that the window can
   *     be lengthened; null where the state cannot
   */
  void closing(@Nullable Runnable moreWork);
}
