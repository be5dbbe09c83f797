package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.layer.CacheContents;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.Phase;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * Small layers of every family against the FP64 reference: each head size, few and many key heads,
 * a sliding window, odd lengths, prefill and decode, every precision.
 */
final class CudaLayerSelfTest {
  private static final TensorSource SOURCE = new SeededTensors(17);
  private static final List<Precision> PRECISIONS =
      List.of(Precision.FP32, Precision.FP16, Precision.BF16);
  private static final int[] LENGTHS = {1, 7, 33};
  private static final int[] FEW_LENGTHS = {1, 4, 33};
  private static final int MANY = 33;
  private static final int LONG = 150;
  private static final int VERY_LONG = 1000;
  private static final int SPEED_LENGTH = 2048;
  private static final List<String> QUANTIZED =
      List.of(
          "int8-sym",
          "int8-asym",
          "smoothquant",
          "fp8",
          "int8-sym/per-tensor",
          "int8-asym/per-tensor",
          "fp8/per-tensor");
  private static final int BATCH = 3;

  /** What a layer on FP32 may differ by, see {@link #onFp32}. */
  static final double SHARP = 2e-3;

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaLayerSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    List<ModelShape> shapes =
        List.of(
            gated("llama", 6, 2, 16, 0),
            gated("qwen2", 6, 2, 64, 0),
            gated("mistral", 3, 1, 80, 20),
            gated("qwen2", 2, 1, 128, 0),
            bloom(6, 16),
            bloom(3, 80));
    for (ModelShape shape : shapes) {
      for (Precision precision : PRECISIONS) {
        for (int length : LENGTHS) {
          check(checks, LayerProblem.prefill(shape, precision, BATCH, length), CudaAttention.OWN);
          check(checks, LayerProblem.decode(shape, precision, BATCH, length), CudaAttention.OWN);
        }
        check(checks, LayerProblem.prefill(shape, precision, 2, LONG), CudaAttention.OWN);
        check(checks, LayerProblem.decode(shape, precision, 2, LONG), CudaAttention.OWN);
        check(checks, LayerProblem.prefill(shape, precision, 2, LONG), CudaAttention.PLAIN);
        check(
            checks,
            new LayerProblem(shape, precision, Phase.DECODE, 2, LONG, CacheContents.PREFILLED),
            CudaAttention.OWN);
      }
      check(checks, LayerProblem.prefill(shape, Precision.TF32, 2, LONG), CudaAttention.OWN);
    }
    for (ModelShape shape : veryLong()) {
      for (Precision precision : PRECISIONS) {
        check(checks, LayerProblem.prefill(shape, precision, BATCH, VERY_LONG), CudaAttention.OWN);
        check(checks, LayerProblem.decode(shape, precision, BATCH, VERY_LONG), CudaAttention.OWN);
      }
    }
    shapes.forEach(shape -> cudnn(checks, shape, LENGTHS));
    veryLong().forEach(shape -> cudnn(checks, shape, VERY_LONG));
    speed(checks);
    quantized(checks);
  }

  private void cudnn(Checks checks, ModelShape shape, int... lengths) {
    for (Precision precision : List.of(Precision.FP16, Precision.BF16)) {
      for (int length : lengths) {
        if (length > 1) {
          LayerProblem problem = LayerProblem.prefill(shape, precision, BATCH, length);
          LayerOptions options =
              new LayerOptions(GemmSupport.CUBLASLT, "heuristic", CudaAttention.CUDNN, "stream");
          checks.check(
              String.format(
                  Locale.ROOT,
                  "attention cudnn %s %s batch=%d length=%d",
                  shape.id(),
                  precision,
                  BATCH,
                  length),
              () -> compare(problem, options));
        }
      }
    }
  }

  /** Nothing is held against a bound here: what is fast enough differs from GPU to GPU. */
  private void speed(Checks checks) {
    for (ModelShape shape :
        List.of(
            gated("qwen2", 28, 4, 128, 0),
            gated("mistral", 32, 8, 128, SPEED_LENGTH / 4),
            bloom(32, 128))) {
      for (String attention : List.of(CudaAttention.OWN, CudaAttention.CUDNN)) {
        for (ElementType type : List.of(ElementType.FP16, ElementType.BF16)) {
          AttentionTrial trial =
              new AttentionTrial(engine, shape, type, 1, SPEED_LENGTH, 0, SPEED_LENGTH);
          checks.check(
              String.format(
                  Locale.ROOT,
                  "attention speed %s %s %s length=%d",
                  attention,
                  shape.id(),
                  type,
                  SPEED_LENGTH),
              () -> {
                double seconds = trial.seconds(attention);
                return String.format(
                    Locale.ROOT,
                    "%.1f us, %.0f TFLOP/s.",
                    seconds * 1e6,
                    trial.operations() / seconds / 1e12);
              });
        }
      }
    }
  }

  /** Many tiles of keys, the last one not full; a window that begins within a tile. */
  private static List<ModelShape> veryLong() {
    return List.of(
        gated("llama", 6, 2, 16, 0),
        gated("qwen2", 6, 2, 64, 0),
        gated("mistral", 6, 2, 80, 300),
        gated("qwen2", 6, 2, 128, 0),
        bloom(6, 64));
  }

  /**
   * Every quantized strategy: sizes that are multiples of what tensor cores take and sizes that are
   * not; rows for the kernel of few rows, in both its sizes, and for cuBLASLt.
   */
  private void quantized(Checks checks) {
    List<ModelShape> shapes =
        List.of(gated("qwen2", 6, 2, 64, 0), wide("mistral", 4, 2, 80, 20), bloom(3, 80));
    for (String id : QUANTIZED) {
      Strategy strategy = Strategies.parse(id);
      for (ModelShape shape : shapes) {
        LayerScales scales = MadeUpScales.of(strategy, shape);
        for (int length : FEW_LENGTHS) {
          check(
              checks,
              LayerProblem.prefill(shape, strategy, scales, BATCH, length),
              CudaAttention.OWN);
        }
        check(checks, LayerProblem.prefill(shape, strategy, scales, 2, LONG), CudaAttention.OWN);
        check(checks, LayerProblem.decode(shape, strategy, scales, BATCH, 7), CudaAttention.OWN);
        check(checks, LayerProblem.decode(shape, strategy, scales, 2, LONG), CudaAttention.OWN);
      }
    }
    // No activation of another shape reads sums in FP32 without a gate.
    check(
        checks,
        LayerProblem.prefill(
            oddBloom(3, 80), Strategies.parse("fp8"), LayerScales.NONE, BATCH, MANY),
        CudaAttention.OWN);
    for (String id : List.of("int8-sym", "int8-asym", "int8-asym/per-tensor")) {
      for (ModelShape shape : shapes) {
        Strategy strategy = onFp32(Strategies.parse(id));
        LayerScales scales = MadeUpScales.of(strategy, shape);
        for (int length : new int[] {1, 33}) {
          LayerProblem problem = LayerProblem.prefill(shape, strategy, scales, BATCH, length);
          checkSharply(checks, problem, SHARP);
        }
      }
    }
    for (String id : List.of("int8-sym", "int8-asym", "fp8")) {
      checks.check("layer " + id + " NaN", () -> nan(Strategies.parse(id)));
    }
  }

  /**
   * A strategy with everything else in FP32. In 16 bits an engine's own rounding turns codes, and
   * these turn others further on, so that only a wide tolerance is fair; in FP32 hardly any turn,
   * and an error of the engine's own stands out.
   */
  static Strategy onFp32(Strategy strategy) {
    return new Strategy(
        strategy.id() + " on FP32",
        strategy.definition(),
        Precision.FP32,
        strategy.linear(),
        strategy.int8Cache());
  }

  /** Hands over the check of one pass in FP32 against a bound of its own. */
  void checkSharply(Checks checks, LayerProblem problem, double bound) {
    checks.check(
        name(problem, CudaAttention.OWN, "stream") + " sharply", () -> sharply(problem, bound));
  }

  private String sharply(LayerProblem problem, double bound) {
    try (LayerWork work = engine.layer(problem, SOURCE, CudaEngine.LAYER_DEFAULTS)) {
      work.poisonOutput();
      work.submit();
      work.drain();
      TensorComparison comparison =
          LayerVerifier.verify(problem, SOURCE, work.output(), problem.newTokens());
      if (!(comparison.relativeFrobenius() <= bound)) {
        throw new SelfTestFailure(comparison + " is more than " + bound);
      }
      return String.format(
          Locale.ROOT,
          "relative error %.1e of at most %.0e.",
          comparison.relativeFrobenius(),
          bound);
    }
  }

  /** A NaN among the activations must end the work with a sentence. */
  String nan(Strategy strategy) {
    ModelShape shape = gated("qwen2", 2, 1, 16, 0);
    LayerProblem problem = LayerProblem.prefill(shape, strategy, LayerScales.NONE, 1, 5);
    TensorSource spoilt =
        (tensor, row, into) -> {
          SOURCE.row(tensor, row, into);
          if (tensor.name().equals(LayerProblem.PREFILL_INPUT) && row == 3) {
            into[7] = Float.NaN;
          }
        };
    try (LayerWork work = engine.layer(problem, spoilt, CudaEngine.LAYER_DEFAULTS)) {
      work.submit();
      work.drain();
    } catch (EngineException expected) {
      if (String.valueOf(expected.getMessage()).contains("hold NaN")) {
        return "A NaN is reported: " + expected.getMessage();
      }
      throw expected;
    }
    throw new SelfTestFailure("A NaN among the activations was not reported.");
  }

  /** Hands over the check of one pass with our fastest attention. */
  void check(Checks checks, LayerProblem problem) {
    check(checks, problem, CudaAttention.OWN);
  }

  /** The same with the plain kernels. */
  void checkPlain(Checks checks, LayerProblem problem) {
    check(checks, problem, CudaAttention.PLAIN);
  }

  /** The same with cuDNN's. */
  void checkCudnn(Checks checks, LayerProblem problem) {
    check(checks, problem, CudaAttention.CUDNN);
  }

  private void check(Checks checks, LayerProblem problem, String attention) {
    boolean both = problem.length() == LONG && problem.phase() == Phase.DECODE;
    for (String launch : both ? List.of("stream", "graph") : List.of("stream")) {
      LayerOptions options = new LayerOptions(GemmSupport.CUBLASLT, "heuristic", attention, launch);
      checks.check(name(problem, attention, launch), () -> compare(problem, options));
    }
  }

  private static String name(LayerProblem problem, String attention, String launch) {
    return String.format(
        Locale.ROOT,
        "layer %s %s %s batch=%d length=%d%s%s%s",
        problem.shape().id(),
        label(problem.strategy()),
        problem.phase().name().toLowerCase(Locale.ROOT),
        problem.batch(),
        problem.length(),
        problem.cacheContents() == CacheContents.PREFILLED ? " prefilled" : "",
        attention.equals(CudaAttention.OWN) ? "" : " " + attention,
        launch.equals("stream") ? "" : " " + launch);
  }

  /** A plain strategy by its precision's name, as everywhere in this test. */
  private static String label(Strategy strategy) {
    return strategy.isPlain() ? strategy.base().name() : strategy.id();
  }

  private String compare(LayerProblem problem, LayerOptions options) {
    try (LayerWork work = engine.layer(problem, SOURCE, options)) {
      work.poisonOutput();
      // With a graph nothing is launched before a graph's worth of units has come together.
      int units = Integer.parseInt(work.facts().getOrDefault("launch.units", "1"));
      for (int i = 0; i < units; i++) {
        work.submit();
      }
      work.drain();
      if (work.completed() != units) {
        throw new SelfTestFailure(
            units + " units were submitted and " + work.completed() + " completed.");
      }
      TensorComparison comparison =
          LayerVerifier.verify(problem, SOURCE, work.output(), problem.newTokens());
      if (!comparison.passed()) {
        throw new SelfTestFailure(comparison.toString());
      }
      return String.format(
          Locale.ROOT,
          "relative error %.1e of at most %.0e over %d numbers.",
          comparison.relativeFrobenius(),
          comparison.bound(),
          comparison.elements());
    }
  }

  /** A qwen2, mistral or llama with an odd feed-forward width. */
  static ModelShape gated(String family, int heads, int kvHeads, int headSize, int slidingWindow) {
    int hidden = heads * headSize;
    return shape(
        family, heads, kvHeads, headSize, "", 2 * hidden + 6, slidingWindow, 10_000, false);
  }

  /** The same with a feed-forward width that is a multiple of 16. */
  static ModelShape wide(String family, int heads, int kvHeads, int headSize, int slidingWindow) {
    int hidden = heads * headSize;
    return shape(
        family, heads, kvHeads, headSize, "", 2 * hidden + 16, slidingWindow, 10_000, false);
  }

  /** A bloom. */
  static ModelShape bloom(int heads, int headSize) {
    return shape("bloom", heads, heads, headSize, "", 4 * heads * headSize, 0, 0, true);
  }

  /** The same with a feed-forward width that is no multiple of anything but two. */
  private static ModelShape oddBloom(int heads, int headSize) {
    return shape("bloom", heads, heads, headSize, "-odd", 4 * heads * headSize + 6, 0, 0, true);
  }

  private static ModelShape shape(
      String family,
      int heads,
      int kvHeads,
      int headSize,
      String kind,
      int intermediate,
      int slidingWindow,
      double ropeTheta,
      boolean bloom) {
    return new ModelShape(
        String.format(Locale.ROOT, "%s-%d-%d-%d%s", family, heads, kvHeads, headSize, kind),
        "Small model of a self-test",
        family,
        false,
        heads * headSize,
        intermediate,
        2,
        heads,
        kvHeads,
        97,
        bloom,
        slidingWindow,
        ropeTheta,
        1e-5,
        headSize,
        null,
        family.equals("qwen2"),
        false,
        bloom,
        !bloom,
        1,
        1,
        "made up");
  }
}
