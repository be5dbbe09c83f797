package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.DeviceTimes;
import org.joulemark.kernels.engine.Work;
import org.jspecify.annotations.Nullable;

/**
 * Work units on one stream: warms up, measures how long a unit takes, and keeps the stream busy
 * accordingly. With a graph, {@link #submit} only counts until a graph's worth of units has come
 * together and then launches them at once; {@link #drain} launches a rest one by one. So a
 * submission is one unit on average, and always is after a drain.
 */
final class CudaWork implements Work {
  private static final int WARM_UP_UNITS = 3;
  private static final double ESTIMATE_SECONDS = 2e-3;
  private static final int MOST_ESTIMATE_UNITS = 200;

  private final CudaDevice device;
  private final CudaStream stream;
  private final EventMarks marks;
  private final @Nullable CudaGraph graph;
  private final UnitQueue queue;
  private final QueuePlan plan;
  private final double estimatedSeconds;
  private final Map<String, String> facts;
  private @Nullable Thread bound;
  private boolean closed;

  private CudaWork(
      CudaDevice device,
      CudaStream stream,
      EventMarks marks,
      @Nullable CudaGraph graph,
      UnitQueue queue,
      QueuePlan plan,
      double estimatedSeconds,
      Map<String, String> facts) {
    this.device = device;
    this.stream = stream;
    this.marks = marks;
    this.graph = graph;
    this.queue = queue;
    this.plan = plan;
    this.estimatedSeconds = estimatedSeconds;
    this.facts = facts;
  }

  /**
   * Work that launches each unit by itself.
   *
   * @param unit enqueues one unit on {@code stream}
   */
  static CudaWork launched(
      CudaDevice device, CudaStream stream, Runnable unit, Map<String, String> facts) {
    double seconds = estimate(stream, unit);
    QueuePlan plan = QueuePlan.of(seconds, 1);
    EventMarks marks = new EventMarks(stream, plan.slots());
    UnitQueue queue =
        new UnitQueue(unit, 1, unit, marks, plan.batchesPerMark(), plan.marksInFlight());
    return new CudaWork(device, stream, marks, null, queue, plan, seconds, facts);
  }

  /**
   * Work whose units are replayed from a graph.
   *
   * @param unit enqueues one unit on {@code stream}
   * @param sets units after which the operands are the first ones again
   */
  static CudaWork graphed(
      CudaDevice device, CudaStream stream, Runnable unit, int sets, Map<String, String> facts) {
    double seconds = estimate(stream, unit);
    int units = QueuePlan.unitsPerGraph(seconds, sets);
    QueuePlan plan = QueuePlan.of(seconds, units);
    CudaGraph graph =
        new CudaGraph(
            stream,
            () -> {
              for (int i = 0; i < units; i++) {
                unit.run();
              }
            });
    EventMarks marks = marks(stream, plan, graph);
    UnitQueue queue =
        new UnitQueue(
            () -> graph.launch(stream),
            units,
            unit,
            marks,
            plan.batchesPerMark(),
            plan.marksInFlight());
    return new CudaWork(device, stream, marks, graph, queue, plan, seconds, facts);
  }

  private static EventMarks marks(CudaStream stream, QueuePlan plan, CudaGraph graph) {
    try {
      return new EventMarks(stream, plan.slots());
    } catch (RuntimeException failure) {
      Closing.after(failure, graph::close);
      throw failure;
    }
  }

  /** Warms up and measures seconds per unit. */
  static double estimate(CudaStream stream, Runnable unit) {
    try (CudaEvent begin = new CudaEvent();
        CudaEvent end = new CudaEvent()) {
      begin.record(stream);
      for (int i = 0; i < WARM_UP_UNITS; i++) {
        unit.run();
      }
      end.record(stream);
      end.await();
      double rough = end.secondsSince(begin) / WARM_UP_UNITS;
      int units =
          (int)
              Math.max(1, Math.min(MOST_ESTIMATE_UNITS, ESTIMATE_SECONDS / Math.max(rough, 1e-7)));
      begin.record(stream);
      for (int i = 0; i < units; i++) {
        unit.run();
      }
      end.record(stream);
      end.await();
      return end.secondsSince(begin) / units;
    }
  }

  /** Units in one batch: 1 without a graph. */
  int unitsPerBatch() {
    return plan.unitsPerBatch();
  }

  /** What warming up measured. */
  double estimatedSeconds() {
    return estimatedSeconds;
  }

  @Override
  public void submit() {
    if (Thread.currentThread() != bound) {
      bind();
    }
    queue.submit();
  }

  @Override
  public void prime() {
    int units = plan.marksInFlight() * plan.batchesPerMark() * plan.unitsPerBatch();
    for (int i = 0; i < units; i++) {
      submit();
    }
  }

  @Override
  public void drain() {
    bind();
    queue.drain();
    // Catches errors of work that no mark has followed.
    stream.synchronize();
  }

  @Override
  public long completed() {
    return queue.completed();
  }

  @Override
  public DeviceTimes deviceTimes() {
    return queue.deviceTimes();
  }

  @Override
  public void resetDeviceTimes() {
    queue.resetDeviceTimes();
  }

  @Override
  public Map<String, String> facts() {
    return facts;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    bind();
    List<Runnable> steps = new ArrayList<>(List.of(stream::synchronize, marks::close));
    if (graph != null) {
      steps.add(graph::close);
    }
    Closing.all(steps, Runnable::run);
  }

  private void bind() {
    device.makeCurrent();
    bound = Thread.currentThread();
  }
}
