package org.joulemark.kernels.cpu;

import java.util.concurrent.atomic.AtomicLong;
import org.joulemark.kernels.engine.Work;

/** Work of this machine's processor: a unit is carried out by the thread that submits it. */
abstract class HostWork implements Work {
  // Written by the one thread that submits, read by any.
  private final AtomicLong completed = new AtomicLong();

  /** Carries out one unit. */
  protected abstract void run();

  @Override
  public final void submit() {
    run();
    completed.setRelease(completed.getPlain() + 1);
  }

  @Override
  public void drain() {
    // A unit is done when submit returns.
  }

  @Override
  public final long completed() {
    return completed.get();
  }
}
