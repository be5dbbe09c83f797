package org.joulemark.benchmarks.work;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.DeviceTimes;
import org.joulemark.kernels.engine.Work;

/**
 * One prepared work between JMH's iterations: lets a GPU run in, opens the window and fills the
 * device's queue before each, drains and closes it after. The window's numbers are the device's;
 * what JMH times is the benchmark method alone.
 */
public final class WorkSession implements AutoCloseable {
  private static final long MORE_WORK_NANOS = 200_000_000;
  // A GPU at its power limit that has rested runs faster than it can sustain until its power
  // controller has caught up. Profilers make the rest between iterations longer, so without a
  // run-in they would change what they measure.
  private static final long RUN_IN_NANOS = 100_000_000;

  private final EngineSession session;
  private final Work work;
  private final WorkUnit unit;
  private final Ceiling ceiling;
  private final Runnable free;
  private Optional<DecisionWindow> deciding = Optional.empty();
  private boolean closed;

  /**
   * For work that has been verified.
   *
   * @param ceiling what the work's rate is held against
   */
  public WorkSession(EngineSession session, Work work, WorkUnit unit, Ceiling ceiling) {
    this(
        session,
        work,
        unit,
        ceiling,
        () -> {
          try {
            work.close();
          } finally {
            session.close();
          }
        });
  }

  /**
   * For verified work that stands on something else than an engine of its own.
   *
   * @param ceiling what the work's rate is held against
   * @param free closes the work and frees or gives back what it stands on
   */
  public WorkSession(
      EngineSession session, Work work, WorkUnit unit, Ceiling ceiling, Runnable free) {
    this.session = session;
    this.work = work;
    this.unit = unit;
    this.ceiling = ceiling;
    this.free = free;
    work.facts().forEach(WorkWindow::note);
  }

  /** What is measured. */
  public Work work() {
    return work;
  }

  /** Call at the end of {@code @Setup(Level.Iteration)}. */
  public void begin() {
    if (!session.gpu().isEmpty()) {
      run(RUN_IN_NANOS, 1);
    }
    work.resetDeviceTimes();
    deciding = DecisionWindow.open(work);
    WorkWindow.open(unit, session.engine().energyDomain(), work::completed);
    // After the window: opening the energy source, or the idle baseline, may take seconds.
    deciding.ifPresent(DecisionWindow::start);
    // Last, so that opening the window cannot let the queue run dry: JMH would count its refilling.
    work.prime();
  }

  /**
   * Call first in {@code @TearDown(Level.Iteration)}.
   *
   * @param more metrics of the benchmark's own, the same names in every iteration
   */
  public void end(Metric... more) {
    work.drain();
    List<Metric> decided = deciding.map(DecisionWindow::close).orElse(List.of());
    // Before more work, which is no part of the iteration; what is made of them may take its time.
    DeviceTimes times = work.deviceTimes();
    WorkWindow.close(() -> metrics(times, decided, List.of(more)), this::runMore);
  }

  private List<Metric> metrics(DeviceTimes times, List<Metric> decided, List<Metric> more) {
    List<Metric> metrics = new ArrayList<>();
    metrics.add(new Metric("device.time", times.medianSeconds(), "s/op"));
    metrics.add(new Metric("device.time.mean", times.meanSeconds(), "s/op"));
    metrics.add(new Metric("device.time.p10", times.p10Seconds(), "s/op"));
    metrics.add(new Metric("device.time.p90", times.p90Seconds(), "s/op"));
    metrics.addAll(ceiling.metrics(times.medianSeconds()));
    metrics.addAll(decided);
    metrics.addAll(more);
    return metrics;
  }

  /** Another stretch of whole rounds, for a window that is too short to be read well. */
  private void runMore() {
    run(MORE_WORK_NANOS, unit.round());
  }

  private void run(long nanos, int round) {
    long end = System.nanoTime() + nanos;
    int units = 0;
    do {
      work.submit();
      units = (units + 1) % round;
    } while (units != 0 || System.nanoTime() < end);
    work.drain();
  }

  /** Frees work and device, once: a trial that failed while it was closed is closed again. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      free.run();
    }
  }
}
