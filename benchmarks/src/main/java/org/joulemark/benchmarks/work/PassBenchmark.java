package org.joulemark.benchmarks.work;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import java.util.function.Supplier;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.LayerVerification;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
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
 * What the benchmarks of layers and models share: their parameters, and the order of events. A
 * subclass prepares one work and verifies it; wrong results are never timed.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 1)
public abstract class PassBenchmark implements AutoCloseable {
  /** {@code auto}, {@code cpu} or {@code cuda}. */
  @Param("auto")
  public String engine;

  /** Index or UUID of the GPU. */
  @Param("0")
  public String device;

  /** Threads of the CPU engine, 0 for every core. */
  @Param("0")
  public String threads;

  /** A model of the catalogue; with a checkpoint, its folder's name. */
  @Param("qwen2.5-7b")
  public String model;

  /** A Hugging Face folder, or {@code none} for seeded weights. */
  @Param(Weights.NO_CHECKPOINT)
  public String checkpoint;

  /** A strategy: {@code java -jar benchmarks.jar strategies} lists them. */
  @Param("fp32")
  public String strategy;

  /**
   * {@code auto} to fit what the strategy needs, or the file of a calibration; {@code none} in
   * results of strategies that need none.
   */
  @Param(ScaleFinder.AUTO)
  public String calibration;

  /** Sequences side by side. */
  @Param("1")
  public String batch;

  /** {@code auto}, {@code onednn} or {@code cublaslt}: what multiplies in the linear parts. */
  @Param("auto")
  public String library;

  /** {@code auto}, {@code heuristic} or {@code tuned}. */
  @Param("auto")
  public String algo;

  /** {@code auto}, {@code own} or {@code cudnn}. */
  @Param("auto")
  public String attention;

  /** {@code auto}, {@code direct}, {@code stream} or {@code graph}. */
  @Param("auto")
  public String launch;

  /** Seed of weights, activations and tokens that no checkpoint gives. */
  @Param("20240607")
  public String seed;

  private Work work;
  private WorkSession session;

  /** Opens the engine, prepares the work and verifies it. */
  @Setup(Level.Trial)
  public void prepare() {
    session = prepare(Weights.of(model, checkpoint, inputs(), seed()));
    work = session.work();
  }

  /**
   * Opens what is needed, prepares the work and verifies it; where that fails, nothing stays open.
   *
   * @throws PassMismatchException if its result is wrong
   */
  protected abstract WorkSession prepare(Weights weights);

  /** Prepares work on an engine, which is closed where that fails. */
  protected final WorkSession onEngine(BiFunction<EngineSession, LayerOptions, WorkSession> work) {
    return EngineSession.on(
        engine, device, threads, opened -> work.apply(opened, options(request(), opened)));
  }

  /**
   * The session of a work whose output is right; the work is closed where it is not.
   *
   * @param verify carries out a unit and holds its output against what the strategy defines
   * @param unit the unit of that fidelity
   * @throws PassMismatchException if the output is wrong
   */
  protected final WorkSession verified(
      EngineSession opened,
      String name,
      Work work,
      Supplier<LayerVerification> verify,
      DoubleFunction<WorkUnit> unit) {
    return Handover.of(
        work,
        verifying -> {
          LayerVerification found = verify.get();
          found
              .failure()
              .ifPresent(
                  comparison -> {
                    throw new PassMismatchException(name, comparison);
                  });
          TensorComparison distance = found.distance();
          WorkWindow.note(
              "verified.definition.error", Double.toString(distance.relativeFrobenius()));
          WorkWindow.note("verified.definition.bound", Double.toString(distance.bound()));
          WorkUnit measured = unit.apply(found.fidelity());
          return new WorkSession(
              opened,
              verifying,
              measured,
              Ceiling.of(
                  opened, strategy().multiplies().name(), measured.flops(), measured.bytes()));
        });
  }

  /** The model that these parameters ask for. */
  protected final ModelRequest request() {
    return new ModelRequest(
        engine,
        device,
        threads,
        model,
        checkpoint,
        strategy,
        calibration,
        batch,
        library,
        algo,
        attention,
        launch,
        seed);
  }

  /** How the request wants a layer or a model to be carried out on this engine. */
  public static LayerOptions options(ModelRequest request, EngineSession opened) {
    LayerOptions defaults = opened.layerDefaults();
    return new LayerOptions(
        choose(request.library(), defaults.library()),
        choose(request.algo(), defaults.algorithm()),
        choose(request.attention(), defaults.attention()),
        choose(request.launch(), defaults.launch()));
  }

  private static String choose(String value, String auto) {
    return value.equals("auto") ? auto : value;
  }

  /** What a layer's activations are. */
  protected String inputs() {
    return Weights.AUTO_INPUTS;
  }

  /** Where the strategy's scales come from. */
  protected final ScaleFinder scales(Weights weights) {
    return new ScaleFinder(calibration, strategy(), weights);
  }

  /** How the layer or model is carried out. */
  protected final Strategy strategy() {
    return Strategies.parse(strategy);
  }

  /** Sequences side by side. */
  protected final int batch() {
    return Integer.parseInt(batch);
  }

  /** Seed of what is made up. */
  protected final long seed() {
    return Long.parseLong(seed);
  }

  /**
   * Lets only a right result through.
   *
   * @throws PassMismatchException if it is wrong
   */
  protected static void requirePassed(String what, TensorComparison comparison) {
    if (!comparison.passed()) {
      throw new PassMismatchException(what, comparison);
    }
  }

  /**
   * Fills the device's queue, so that the iteration starts in steady state, and opens the window.
   */
  @Setup(Level.Iteration)
  public void begin() {
    session.begin();
    begun();
  }

  /** Told when the window is open and no unit of it has been submitted. */
  protected void begun() {
    // Most benchmarks have nothing to count.
  }

  /** Starts one work unit; on an asynchronous engine, waits for the oldest of those in flight. */
  protected final void submit() {
    work.submit();
  }

  /**
   * What a benchmark still does before the window closes: it may submit further units.
   *
   * @return metrics of its own, the same names in every iteration
   */
  protected List<Metric> finish() {
    return List.of();
  }

  /** Closes the window once the device has finished. */
  @TearDown(Level.Iteration)
  public void end() {
    session.end(finish().toArray(Metric[]::new));
  }

  /** Frees the device. */
  @Override
  @TearDown(Level.Trial)
  public void close() {
    session.close();
  }
}
