package org.joulemark.benchmarks.training;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.joulemark.benchmarks.work.Ceiling;
import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.Handover;
import org.joulemark.benchmarks.work.TrainingSequences;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.qat.LinearGradientCheck;
import org.joulemark.kernels.qat.LossScaler;
import org.joulemark.kernels.qat.TrainingWork;
import org.joulemark.kernels.selftest.SelfTestFailure;
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
 * One operation = one step of quantization-aware training of one decoder layer's scales: forward
 * with fake-quantized linear parts, backward, optimizer. Before anything is timed, the engine's
 * derivatives are held against the FP64 definition on small matrices, and the loss of the layer
 * itself must fall; the score is the fidelity that the layer has then.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 1)
public class QatStep implements AutoCloseable {
  // Enough for the loss to fall far beyond any rounding.
  private static final int STEPS_TO_VERIFY = 8;
  // What FP16 leaves of products and derivatives; FP32 leaves far more.
  private static final double GRADIENT_BOUND = 3e-3;

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

  /**
   * What the activations are, as of a layer: {@code auto}, {@code normal}, {@code outliers}, {@code
   * tokens}.
   */
  @Param(Weights.AUTO_INPUTS)
  public String inputs;

  /** Tokens of the sequence that a step learns from. */
  @Param("64")
  public String tokens;

  /** {@code dynamic} or {@code none}. */
  @Param("dynamic")
  public String lossScaling;

  /** Seed of weights and activations that no checkpoint gives. */
  @Param("20240607")
  public String seed;

  private Work work;
  private WorkSession session;

  /** Opens the engine, prepares the steps and verifies them. */
  @Setup(Level.Trial)
  public void prepare() {
    session = EngineSession.on(engine, device, threads, this::prepare);
    work = session.work();
  }

  private WorkSession prepare(EngineSession opened) {
    WorkWindow.note("qat.gradients", checkGradients(opened.engine()));
    Weights weights = Weights.of(model, checkpoint, inputs, Long.parseLong(seed));
    LayerWeights layer =
        new LayerWeights(weights.shape(), LayerTensors.alone(weights.shape()), weights.layer());
    double[][] input =
        TrainingSequences.of(weights.shape(), weights.layer(), 1, Integer.parseInt(tokens))
            .training()
            .get(0);
    return Handover.of(
        TrainingWork.prepare(opened.engine(), layer, input, LossScaler.named(lossScaling)),
        steps -> verified(opened, weights, steps));
  }

  private WorkSession verified(EngineSession opened, Weights weights, TrainingWork steps) {
    double loss = verify(steps);
    String name = "training step of a layer of " + weights.shape().id();
    WorkUnit unit =
        new WorkUnit(
            name,
            steps.flops(),
            steps.compulsoryBytes(),
            Math.max(0, 1 - Math.sqrt(loss)),
            "fidelity",
            Integer.parseInt(tokens));
    String precision = opened.engine().name().equals("cpu") ? "FP32" : "FP16";
    return new WorkSession(
        opened, steps, unit, Ceiling.of(opened, precision, unit.flops(), unit.bytes()));
  }

  private static String checkGradients(Engine engine) {
    LinearGradientCheck check = new LinearGradientCheck(130, 33, 16, true);
    try (TrainableLinear linear = engine.trainable(check.weight(), 16)) {
      return check.compare(linear, GRADIENT_BOUND);
    }
  }

  private static double verify(TrainingWork steps) {
    double before = steps.loss();
    double after = steps.lossAfterSteps(STEPS_TO_VERIFY);
    if (!(after < before)) {
      throw new SelfTestFailure(
          String.format(
              Locale.ROOT,
              "The training does not train: %d steps took the loss from %.3g to %.3g.",
              STEPS_TO_VERIFY,
              before,
              after));
    }
    WorkWindow.note("qat.loss.before", Double.toString(before));
    WorkWindow.note("qat.loss.after", Double.toString(after));
    return after;
  }

  /** Opens the window. */
  @Setup(Level.Iteration)
  public void begin() {
    session.begin();
  }

  /** One training step. */
  @Benchmark
  public void step() {
    work.submit();
  }

  /** Closes the window. */
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
