package org.joulemark.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of threads for the parts of a pass that are written in Java. Running a job allocates
 * nothing: the caller takes part, the others sleep between jobs. Used from one thread.
 */
final class WorkerTeam implements AutoCloseable {
  // How long a caller spins for the last worker before it gives up its time slice each turn.
  private static final int SPINS_BEFORE_YIELD = 2000;

  private final Thread[] helpers;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger working = new AtomicInteger();
  private volatile @Nullable Job job;
  private volatile int count;
  private volatile int generation;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  /** A job in independent pieces. */
  @FunctionalInterface
  interface Job {

    /**
     * Does one piece.
     *
     * @param index which one
     * @param worker who does it, in [0, size()): two pieces run by one worker never overlap
     */
    void run(int index, int worker);
  }

  /** A team of {@code size} threads, the caller among them. */
  WorkerTeam(int size) {
    helpers = new Thread[size - 1];
    for (int i = 0; i < helpers.length; i++) {
      int worker = i + 1;
      helpers[i] = new Thread(() -> serve(worker), "joulemark-cpu-" + worker);
      helpers[i].setDaemon(true);
      helpers[i].start();
    }
  }

  /** Members, the caller included. */
  int size() {
    return helpers.length + 1;
  }

  /** Does pieces 0 to {@code pieces} − 1, each once, and returns when all are done. */
  void run(Job job, int pieces) {
    if (helpers.length == 0 || pieces == 1) {
      for (int i = 0; i < pieces; i++) {
        job.run(i, 0);
      }
      return;
    }
    this.job = job;
    this.count = pieces;
    next.set(0);
    working.set(helpers.length);
    startGeneration();
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
    try {
      takePieces(job, 0);
    } finally {
      awaitHelpers();
    }
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      throw new IllegalStateException("a piece of work failed on another thread", thrown);
    }
  }

  // Only the caller's thread writes it.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void startGeneration() {
    generation++;
  }

  // Giving up the time slice is what lets the last worker finish where cores are short.
  @SuppressWarnings("ThreadPriorityCheck")
  private void awaitHelpers() {
    int spins = 0;
    while (working.get() != 0) {
      if (++spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  private void takePieces(Job job, int worker) {
    int pieces = count;
    for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
      job.run(i, worker);
    }
  }

  private void serve(int worker) {
    int seen = 0;
    while (true) {
      while (generation == seen && !closed) {
        LockSupport.park(this);
      }
      if (closed) {
        return;
      }
      seen = generation;
      try {
        Job current = job;
        if (current != null) {
          takePieces(current, worker);
        }
      } catch (RuntimeException | Error e) {
        // Thrown again by the caller of run.
        failure = e;
      } finally {
        working.decrementAndGet();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
