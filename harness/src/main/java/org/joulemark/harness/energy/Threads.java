package org.joulemark.harness.energy;

import java.util.concurrent.locks.LockSupport;

/** Ends the threads of a window. */
final class Threads {
  private Threads() {}

  /** Wakes a thread that has been told to end and waits for it; an interrupt is kept for later. */
  static void join(Thread thread) {
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
