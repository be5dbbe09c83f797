package org.joulemark.benchmarks.ceilings;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.joulemark.benchmarks.work.Ceiling;
import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.Handover;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.cuda.BandwidthWork;
import org.joulemark.kernels.cuda.CudaCeilings;
import org.joulemark.kernels.engine.Work;
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
 * One operation = one pass over 2 GiB of device memory: the bandwidth that memory-bound work is
 * held against.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 1)
public class BandwidthBenchmark implements AutoCloseable {
  /** {@code auto} or {@code cuda}. */
  @Param("auto")
  public String engine;

  /** Index or UUID of the GPU. */
  @Param("0")
  public String device;

  /** What a pass does: {@code read}, {@code write} or {@code copy}. */
  @Param({"read", "write", "copy"})
  public String traffic;

  private Work work;
  private WorkSession session;

  /** Opens the engine, compiles the kernel and picks its fastest launch. */
  @Setup(Level.Trial)
  public void prepare() {
    session = EngineSession.on(engine, device, "0", this::prepare);
    work = session.work();
  }

  private WorkSession prepare(EngineSession opened) {
    return Handover.of(
        CudaCeilings.open(
            opened.engine(), CudaCeilings.Kind.valueOf(traffic.toUpperCase(Locale.ROOT))),
        passes -> session(opened, passes));
  }

  private WorkSession session(EngineSession opened, BandwidthWork passes) {
    WorkUnit unit =
        new WorkUnit(
            "bandwidth " + traffic,
            Double.NaN,
            passes.bytesPerUnit(),
            Double.NaN,
            "none",
            Double.NaN);
    double stated =
        opened.spec().map(spec -> spec.memoryGigabytesPerSecond() * 1e9).orElse(Double.NaN);
    return new WorkSession(
        opened, passes, unit, new Ceiling(opened, traffic, unit.bytes(), stated, true));
  }

  /** Fills the device's queue and opens the window. */
  @Setup(Level.Iteration)
  public void begin() {
    session.begin();
  }

  /** One pass. */
  @Benchmark
  public void bandwidth() {
    work.submit();
  }

  /** Closes the window once the device has finished. */
  @TearDown(Level.Iteration)
  public void end() {
    session.end();
  }

  /** Frees the device. */
  @Override
  @TearDown(Level.Trial)
  public void close() {
    session.close();
  }
}
