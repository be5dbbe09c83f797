package org.joulemark.benchmarks.work;

import java.util.List;
import java.util.Optional;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.Work;

/** What a work decides between the beginning of an iteration and its end. */
final class DecisionWindow {
  private final Work work;
  private final Decisions before;
  private final long unitsBefore;
  private final long nanosBefore;

  private DecisionWindow(Work work, Decisions before) {
    this.work = work;
    this.before = before;
    this.unitsBefore = work.completed();
    this.nanosBefore = System.nanoTime();
  }

  /** Begins; nothing is in flight. Empty for work that decides nothing at run time. */
  static Optional<DecisionWindow> open(Work work) {
    return work.decisions().map(decisions -> new DecisionWindow(work, decisions));
  }

  /**
   * Ends, at once after the drain: the share of the linear parts' calls that ran in INT8, the time
   * that a unit's decisions take, and their share of the unit's whole time.
   */
  List<Metric> close() {
    double seconds = (System.nanoTime() - nanosBefore) * 1e-9;
    long units = work.completed() - unitsBefore;
    Decisions decided = work.decisions().orElseThrow().since(before);
    return List.of(
        new Metric("dynamic.int8.share", decided.int8Share(), "1"),
        new Metric("dynamic.decide.time", decided.seconds() / units, "s/op"),
        new Metric("dynamic.decide.share", decided.seconds() / seconds, "1"));
  }
}
