package org.joulemark.harness.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Operations of about 2 ms of processor time, for tests that run JMH for real. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SpinBenchmark {
  /** {@code cpu}, {@code never} (opens no window) or a {@code cuda:} device. */
  @Param("cpu")
  public String device;

  /** Units of a whole task, NaN for none. */
  @Param("NaN")
  public String task;

  /** Units after which the work is said to repeat. */
  @Param("1")
  public int round;

  private final AtomicLong completed = new AtomicLong();

  @Setup(Level.Iteration)
  public void open() {
    WorkWindow.note("spin.device", device);
    if (!device.equals("never")) {
      double unitsPerTask = Double.parseDouble(task);
      WorkWindow.open(
          new WorkUnit("spin", 1e6, 2e6, 0.5, "fidelity", 1, unitsPerTask, round),
          device,
          completed::get);
    }
  }

  @Benchmark
  public void spin() {
    work();
  }

  private void work() {
    long end = System.nanoTime() + 2_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    completed.incrementAndGet();
  }

  private void batch() {
    for (int i = 0; i < 50; i++) {
      work();
    }
  }

  @TearDown(Level.Iteration)
  public void close() {
    if (!device.equals("never")) {
      WorkWindow.close(() -> List.of(new Metric("device.time", 0.002, "s/op")), this::batch);
    }
  }
}
