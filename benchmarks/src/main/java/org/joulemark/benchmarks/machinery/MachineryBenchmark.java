package org.joulemark.benchmarks.machinery;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.joulemark.benchmarks.work.Ceiling;
import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.Handover;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.cuda.CudaMachinery;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One operation = one call of the driver: what the suite's own machinery costs. {@code host.call}
 * is the call alone, as {@code machinery.cpp} in the sources measures it without a JVM.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MachineryBenchmark implements AutoCloseable {
  /** {@code auto} or {@code cuda}. */
  @Param("auto")
  public String engine;

  /** Index or UUID of the GPU. */
  @Param("0")
  public String device;

  /**
   * Which call: {@code driver_call}, {@code kernel_launch}, {@code event_record} or {@code
   * graph_replay}.
   */
  @Param({"driver_call", "kernel_launch", "event_record", "graph_replay"})
  public String call;

  private CudaMachinery work;
  private WorkSession session;
  private Metric hostCall;

  /** Opens the engine and prepares the call. */
  @Setup(Level.Trial)
  public void prepare() {
    Prepared prepared = EngineSession.on(engine, device, "0", this::prepare);
    work = prepared.work;
    session = prepared.session;
  }

  private record Prepared(CudaMachinery work, WorkSession session) {}

  private Prepared prepare(EngineSession opened) {
    return Handover.of(
        CudaMachinery.open(
            opened.engine(), CudaMachinery.Kind.valueOf(call.toUpperCase(Locale.ROOT))),
        calls -> new Prepared(calls, session(opened, calls)));
  }

  private WorkSession session(EngineSession opened, CudaMachinery calls) {
    WorkUnit unit =
        new WorkUnit("machinery " + call, Double.NaN, Double.NaN, Double.NaN, "none", Double.NaN);
    return new WorkSession(
        opened, calls, unit, new Ceiling(opened, call, Double.NaN, Double.NaN, false));
  }

  /** Times the call alone, and opens the window: those calls are no operations. */
  @Setup(Level.Iteration)
  public void begin() {
    hostCall = new Metric("host.call", work.nanosecondsPerCall() * 1e-9, "s/op");
    session.begin();
  }

  /** One call. */
  @Benchmark
  public void machinery() {
    work.submit();
  }

  /** Closes the window. */
  @TearDown(Level.Iteration)
  public void end() {
    session.end(hostCall);
  }

  /** Frees the device. */
  @Override
  @TearDown(Level.Trial)
  public void close() {
    session.close();
  }
}
