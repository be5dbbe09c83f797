package org.joulemark.benchmarks.gemm;

import java.util.concurrent.TimeUnit;
import org.joulemark.benchmarks.work.Ceiling;
import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.Handover;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.GemmWork;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShapes;
import org.joulemark.kernels.gemm.GemmVerification;
import org.joulemark.kernels.gemm.GemmVerifier;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.gemm.SeededOperands;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.quant.Precision;
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
 * One operation = one GEMM, Y[M, N] = X[M, K] · W[N, K]ᵀ, as a transformer's linear layer
 * multiplies it. The result is verified against FP64 before anything is timed.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 1)
public class GemmBenchmark implements AutoCloseable {
  /** {@code auto}, {@code cpu} or {@code cuda}. */
  @Param("auto")
  public String engine;

  /** Index or UUID of the GPU. */
  @Param("0")
  public String device;

  /** Threads of the CPU engine, 0 for every core. */
  @Param("0")
  public String threads;

  /** {@code auto}, {@code onednn}, {@code cublas} or {@code cublaslt}. */
  @Param("auto")
  public String library;

  /** A {@link Precision}. */
  @Param({"FP32", "BF16", "FP16", "INT8"})
  public String precision;

  /** {@code square-<n>} or {@code <model>/<layer>}. */
  @Param("square-1024")
  public String shape;

  /** M: rows of X; {@code auto} for the shape's own. */
  @Param("auto")
  public String tokens;

  /** Independent products of the same shape in one operation. */
  @Param("1")
  public String batch;

  /** What the operands hold: an {@link OperandDistribution}. */
  @Param("normal")
  public String data;

  /** What is added to the product: an {@link Epilogue}. */
  @Param("none")
  public String epilogue;

  /** {@code auto}, {@code heuristic} or {@code tuned}. */
  @Param("auto")
  public String algo;

  /** {@code auto}, {@code hot} or {@code rotating}. */
  @Param("auto")
  public String cache;

  /** {@code auto}, {@code direct}, {@code stream} or {@code graph}. */
  @Param("auto")
  public String launch;

  /** Seed of the operands. */
  @Param("20240607")
  public String seed;

  private Work work;
  private WorkSession session;

  /**
   * Opens the engine, prepares the GEMM, and checks its result against FP64: a wrong result is
   * never timed.
   */
  @Setup(Level.Trial)
  public void prepare() {
    session = EngineSession.on(engine, device, threads, this::prepare);
    work = session.work();
  }

  private WorkSession prepare(EngineSession opened) {
    GemmProblem problem =
        new GemmProblem(
            new GemmShapes(ModelCatalogue.standard())
                .resolve(shape, tokens, Integer.parseInt(batch)),
            Precision.parse(precision),
            OperandDistribution.parse(data),
            Epilogue.parse(epilogue),
            Long.parseLong(seed));
    SeededOperands operands = new SeededOperands(problem);
    return Handover.of(
        opened.engine().gemm(problem, operands, options(opened.gemmDefaults(library))),
        multiplied -> verified(opened, problem, operands, multiplied));
  }

  private WorkSession verified(
      EngineSession opened, GemmProblem problem, SeededOperands operands, GemmWork multiplied) {
    GemmVerification verification = verify(problem, operands, multiplied);
    WorkUnit unit =
        new WorkUnit(
            "gemm " + shape,
            problem.shape().flops(),
            problem.shape().bytes(problem.precision()),
            verification.fidelity(),
            "fidelity",
            Double.NaN);
    return new WorkSession(
        opened, multiplied, unit, Ceiling.ofProduct(opened, precision, unit.flops(), unit.bytes()));
  }

  private GemmOptions options(GemmOptions defaults) {
    return new GemmOptions(
        choose(library, defaults.library()),
        choose(algo, defaults.algorithm()),
        choose(cache, defaults.cache()),
        choose(launch, defaults.launch()));
  }

  private static String choose(String value, String auto) {
    return value.equals("auto") ? auto : value;
  }

  private static GemmVerification verify(
      GemmProblem problem, SeededOperands operands, GemmWork multiplied) {
    multiplied.poisonOutput();
    multiplied.submit();
    multiplied.drain();
    return new GemmVerifier().verifyOrThrow(problem, operands, multiplied);
  }

  /**
   * Fills the device's queue, so that the iteration starts in steady state, and opens the window.
   */
  @Setup(Level.Iteration)
  public void begin() {
    session.begin();
  }

  /**
   * One GEMM. On an asynchronous engine it starts one and waits for the oldest of those in flight.
   */
  @Benchmark
  public void gemm() {
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
