package org.joulemark.benchmarks.work;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.Work;

/** What a work decides between the beginning of an iteration and its end. */
final class DecisionWindow {
  private final Work work;
  private final Decisions before;
  private final LongSupplier nanos;
  private final long unitsBefore;
  private long nanosBefore;

  private DecisionWindow(Work work, Decisions before, LongSupplier nanos) {
    this.work = work;
    this.before = before;
    this.nanos = nanos;
    this.unitsBefore = work.completed();
    start();
  }

  /**
   * Looks at what was decided before; nothing is in flight. It may take a while: a GPU times its
   * decisions the first time that it is asked. Empty for work that decides nothing at run time.
   */
  static Optional<DecisionWindow> open(Work work) {
    return open(work, System::nanoTime);
  }

  /** With a clock of its own. */
  static Optional<DecisionWindow> open(Work work, LongSupplier nanos) {
    return work.decisions().map(decisions -> new DecisionWindow(work, decisions, nanos));
  }

  /** Starts the clock anew; call right before the work begins, and after whatever else waits. */
  void start() {
    nanosBefore = nanos.getAsLong();
  }

  /**
   * Ends, at once after the drain: the share of the linear parts' calls that ran in INT8, the time
   * that a unit's decisions take, and their share of the unit's whole time.
   */
  List<Metric> close() {
    double seconds = (nanos.getAsLong() - nanosBefore) * 1e-9;
    long units = work.completed() - unitsBefore;
    Decisions decided = work.decisions().orElseThrow().since(before);
    return List.of(
        new Metric("dynamic.int8.share", decided.int8Share(), "1"),
        new Metric("dynamic.decide.time", decided.seconds() / units, "s/op"),
        new Metric("dynamic.decide.share", decided.seconds() / seconds, "1"));
  }
}
