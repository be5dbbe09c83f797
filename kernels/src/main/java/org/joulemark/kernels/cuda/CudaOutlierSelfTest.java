package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorKind;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * Layers that multiply outlier columns in the base precision: with a threshold that nothing
 * exceeds, with a norm whose three large weights make three outlier columns behind it, and with a
 * threshold that more columns exceed than are separated.
 */
final class CudaOutlierSelfTest {
  private static final TensorSource EVEN = new SeededTensors(17);
  private static final int BATCH = 2;
  private static final int CONTEXT = 7;
  // Rows for the kernel of few rows, for cuBLASLt, and more than a block takes at a time.
  private static final int[] LENGTHS = {1, 33, 150};
  private static final float OUTLIER = 200;

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaOutlierSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    List<ModelShape> shapes =
        List.of(CudaLayerSelfTest.gated("qwen2", 3, 1, 64, 0), CudaLayerSelfTest.bloom(3, 80));
    for (ModelShape shape : shapes) {
      for (int length : LENGTHS) {
        check(checks, Case.NONE, shape, Precision.FP16, length);
        check(checks, Case.THREE, shape, Precision.FP16, length);
        check(checks, Case.MOST, shape, Precision.FP16, length);
        check(checks, Case.THREE, shape, Precision.FP32, length);
        check(checks, Case.MOST, shape, Precision.FP32, length);
      }
    }
    CudaLayerSelfTest layers = new CudaLayerSelfTest(engine);
    for (Case one : List.of(Case.NONE, Case.MOST)) {
      checks.check(
          "llm-int8 layer NaN, threshold " + one.threshold,
          () -> layers.nan(Strategies.parse("llm-int8/" + one.threshold)));
    }
  }

  /**
   * What makes outliers.
   *
   * @param threshold of the strategy
   * @param source of the layer's tensors
   * @param columns that are separated behind a norm
   */
  private record Case(double threshold, TensorSource source, int columns) {
    static final Case NONE = new Case(1e6, EVEN, 0);
    static final Case THREE = new Case(10, CudaOutlierSelfTest::withOutliers, 3);
    static final Case MOST = new Case(0.01, EVEN, LinearScheme.Int8.MOST_OUTLIER_COLUMNS);
  }

  /** The first, some and the last weight of each norm are large. */
  private static void withOutliers(TensorSpec tensor, int row, float[] into) {
    EVEN.row(tensor, row, into);
    if (tensor.kind() == TensorKind.NORM_WEIGHT) {
      into[0] = OUTLIER;
      into[21] = OUTLIER;
      into[into.length - 1] = OUTLIER;
    }
  }

  private void check(Checks checks, Case one, ModelShape shape, Precision base, int length) {
    Strategy parsed = Strategies.parse("llm-int8/" + one.threshold);
    Strategy strategy = base == Precision.FP32 ? CudaLayerSelfTest.onFp32(parsed) : parsed;
    LayerProblem prefill = LayerProblem.prefill(shape, strategy, LayerScales.NONE, BATCH, length);
    check(checks, one, prefill, "stream");
    if (length == LENGTHS[0]) {
      check(
          checks,
          one,
          LayerProblem.decode(shape, strategy, LayerScales.NONE, BATCH, CONTEXT),
          "graph");
    } else if (base == Precision.FP16 && length == LENGTHS[1]) {
      check(checks, one, prefill, "graph");
    }
  }

  private void check(Checks checks, Case one, LayerProblem problem, String launch) {
    String name =
        String.format(
            Locale.ROOT,
            "llm-int8 layer %s %s %s batch=%d length=%d %s: %d outlier columns",
            problem.shape().id(),
            problem.precision(),
            problem.phase().name().toLowerCase(Locale.ROOT),
            problem.batch(),
            problem.length(),
            launch,
            one.columns);
    LayerOptions options =
        new LayerOptions(GemmSupport.CUBLASLT, "heuristic", CudaAttention.OWN, launch);
    checks.check(name, () -> compare(problem, one, options));
  }

  private String compare(LayerProblem problem, Case one, LayerOptions options) {
    try (LayerWork work = engine.layer(problem, one.source, options)) {
      work.poisonOutput();
      int units = Integer.parseInt(work.facts().getOrDefault("launch.units", "1"));
      for (int i = 0; i < units; i++) {
        work.submit();
      }
      work.drain();
      Map<String, String> facts = work.facts();
      for (String part : List.of("qkv", problem.shape().gated() ? "gate_up" : "up")) {
        String columns = facts.getOrDefault(part + ".outlier.columns", "none counted");
        if (!columns.equals(Double.toString(one.columns))) {
          throw new SelfTestFailure(
              part + " separated " + columns + " columns instead of " + one.columns + ".");
        }
      }
      TensorComparison comparison =
          LayerVerifier.verify(
              problem, one.source, work.output(), Math.min(16, problem.newTokens()));
      double bound =
          problem.precision() == Precision.FP32
              ? Math.min(CudaLayerSelfTest.SHARP, comparison.bound())
              : comparison.bound();
      if (!comparison.passed() || !(comparison.relativeFrobenius() <= bound)) {
        throw new SelfTestFailure(comparison + " is not within " + bound);
      }
      return String.format(
          Locale.ROOT,
          "relative error %.1e of at most %.0e over %d numbers.",
          comparison.relativeFrobenius(),
          bound,
          comparison.elements());
    }
  }
}
