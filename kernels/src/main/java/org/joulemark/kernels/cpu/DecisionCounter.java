package org.joulemark.kernels.cpu;

import java.util.concurrent.atomic.AtomicLong;
import org.joulemark.kernels.engine.Decisions;

/** Counts what the parts of one layer or model decide. Written by one thread, read by any. */
final class DecisionCounter {
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong int8Calls = new AtomicLong();
  private final AtomicLong nanos = new AtomicLong();

  /**
   * One call.
   *
   * @param inInt8 what was decided
   * @param nanosTaken by deciding
   */
  void decided(boolean inInt8, long nanosTaken) {
    calls.incrementAndGet();
    if (inInt8) {
      int8Calls.incrementAndGet();
    }
    nanos.addAndGet(nanosTaken);
  }

  /** So far. */
  Decisions decisions() {
    return new Decisions(calls.get(), int8Calls.get(), nanos.get() * 1e-9);
  }
}
