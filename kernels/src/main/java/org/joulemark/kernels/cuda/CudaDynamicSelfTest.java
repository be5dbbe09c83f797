package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassRequest;
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
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * Layers that decide at each call: with activations that quantize well, with limits that nothing
 * meets, and with a norm whose one large weight makes an outlier, which must send the parts behind
 * it, and them alone, to the base precision.
 */
final class CudaDynamicSelfTest {
  private static final TensorSource WELL = new SeededTensors(17);
  private static final int BATCH = 2;
  private static final int PARTS = 4;
  // Few enough numbers for one block, and more.
  private static final int[] LENGTHS = {1, 9, 345};
  private static final float OUTLIER = 60;

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaDynamicSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    ModelShape shape = CudaLayerSelfTest.gated("qwen2", 6, 2, 16, 0);
    Strategy generous = strategy("generous", 1, 1e9);
    Strategy strict = strategy("strict", 0, 0);
    Strategy usual = strategy("usual", 1e-3, 18);
    for (int length : LENGTHS) {
      for (String launch : List.of("stream", "graph")) {
        LayerProblem prefill =
            LayerProblem.prefill(shape, generous, LayerScales.NONE, BATCH, length);
        check(checks, prefill, WELL, launch, Set.of("qkv", "o", "gate_up", "down"));
        check(
            checks,
            LayerProblem.prefill(shape, strict, LayerScales.NONE, BATCH, length),
            WELL,
            launch,
            Set.of());
      }
    }
    LayerProblem mixed = LayerProblem.prefill(shape, usual, LayerScales.NONE, BATCH, 40);
    check(checks, mixed, CudaDynamicSelfTest::withOutlier, "graph", Set.of("o"));
    LayerProblem decode = LayerProblem.decode(shape, usual, LayerScales.NONE, BATCH, 40);
    check(checks, decode, CudaDynamicSelfTest::withOutlier, "graph", Set.of("o"));
    ModelShape bloom = CudaLayerSelfTest.bloom(3, 80);
    check(
        checks,
        LayerProblem.decode(bloom, generous, LayerScales.NONE, BATCH, 5),
        WELL,
        "graph",
        Set.of("qkv", "o", "up", "down"));
    checks.check("works of a model that decide: each call counted once", () -> works(shape));
  }

  /** Works that decode share a plan, and so its counts; others have their own. */
  private String works(ModelShape shape) {
    ModelProblem problem =
        new ModelProblem(shape, strategy("generous", 1, 1e9), List.of(), BATCH, 8);
    int[][] prompts = {{1, 2, 3}, {4, 5, 6}};
    try (ModelSession session = engine.model(problem, WELL, CudaEngine.LAYER_DEFAULTS)) {
      session.forward(prompts, PassRequest.LAST_LOGITS);
      try (Work decode = session.decode(3);
          Work another = session.decode(2);
          Work prefill = session.prefill(prompts)) {
        Decisions before = decisions(session);
        long passes = run(decode) + run(another) + run(prefill);
        Decisions decided = decisions(session).since(before);
        if (decided.calls() != passes * shape.layers() * PARTS || decided.int8Share() != 1) {
          throw new SelfTestFailure(decided + " in " + passes + " passes.");
        }
        String share = "qkv" + DynamicParts.INT8_SHARE;
        if (decode.facts().containsKey(share) || !prefill.facts().containsKey(share)) {
          throw new SelfTestFailure("A work notes counts of others, or not its own.");
        }
        return passes + " passes, " + decided.calls() + " calls.";
      }
    }
  }

  private static Decisions decisions(ModelSession session) {
    return session.decisions().orElseThrow(() -> new SelfTestFailure("Nothing was decided."));
  }

  /** Runs a work, and says how many passes that were. */
  private static long run(Work work) {
    int units = Integer.parseInt(work.facts().getOrDefault("launch.units", "1"));
    for (int i = 0; i < units; i++) {
      work.submit();
    }
    work.drain();
    return units;
  }

  private static Strategy strategy(String name, double outlierShare, double kurtosis) {
    return new Strategy(
        "dynamic/" + name,
        "decided at run time",
        Precision.FP16,
        new LinearScheme.Dynamic(outlierShare, kurtosis),
        false);
  }

  /** One weight of each norm is large, so that what follows the norm has one column of outliers. */
  private static void withOutlier(TensorSpec tensor, int row, float[] into) {
    WELL.row(tensor, row, into);
    if (tensor.kind() == TensorKind.NORM_WEIGHT) {
      into[3] = OUTLIER;
    }
  }

  /**
   * One layer.
   *
   * @param inInt8 names of the parts that must have run in INT8, at every call
   */
  private void check(
      Checks checks, LayerProblem problem, TensorSource source, String launch, Set<String> inInt8) {
    String name =
        String.format(
            Locale.ROOT,
            "%s %s %s batch=%d length=%d %s: in INT8 %s",
            problem.strategy().id(),
            problem.shape().id(),
            problem.phase().name().toLowerCase(Locale.ROOT),
            problem.batch(),
            problem.length(),
            launch,
            inInt8.isEmpty() ? "nothing" : String.join(", ", inInt8.stream().sorted().toList()));
    LayerOptions options =
        new LayerOptions(GemmSupport.CUBLASLT, "heuristic", CudaAttention.OWN, launch);
    checks.check(name, () -> compare(problem, source, options, inInt8));
  }

  private String compare(
      LayerProblem problem, TensorSource source, LayerOptions options, Set<String> inInt8) {
    try (LayerWork work = engine.layer(problem, source, options)) {
      work.poisonOutput();
      int units = Integer.parseInt(work.facts().getOrDefault("launch.units", "1"));
      for (int i = 0; i < units; i++) {
        work.submit();
      }
      work.drain();
      Map<String, String> facts = work.facts();
      for (String part : List.of("qkv", "o", problem.shape().gated() ? "gate_up" : "up", "down")) {
        double share = Double.parseDouble(facts.getOrDefault(part + ".int8.share", "NaN"));
        if (share != (inInt8.contains(part) ? 1 : 0)) {
          throw new SelfTestFailure(
              part
                  + " ran in INT8 in "
                  + share
                  + " of its calls; outlier share "
                  + facts.get(part + ".activation.outlier.share")
                  + ", kurtosis "
                  + facts.get(part + ".activation.kurtosis")
                  + ".");
        }
      }
      Decisions decisions =
          work.decisions().orElseThrow(() -> new SelfTestFailure("Nothing was decided."));
      if (decisions.int8Share() != inInt8.size() / (double) PARTS || !(decisions.seconds() > 0)) {
        throw new SelfTestFailure(
            decisions + " where " + inInt8.size() + " of " + PARTS + " parts run in INT8.");
      }
      TensorComparison comparison =
          LayerVerifier.verify(problem, source, work.output(), Math.min(16, problem.newTokens()));
      if (!comparison.passed()) {
        throw new SelfTestFailure(comparison.toString());
      }
      return String.format(
          Locale.ROOT,
          "relative error %.1e of at most %.0e over %d numbers; deciding takes %.1e s.",
          comparison.relativeFrobenius(),
          comparison.bound(),
          comparison.elements(),
          decisions.seconds() * PARTS / decisions.calls());
    }
  }
}
