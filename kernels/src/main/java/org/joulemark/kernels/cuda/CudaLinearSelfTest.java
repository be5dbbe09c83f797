package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LinearWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.layer.LayerVerification;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.layer.LinearVerifier;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * Every linear part by itself under every way to quantize it, for few rows and for many. The codes
 * are the definition's own, so one wrong scale shows.
 */
final class CudaLinearSelfTest {
  private static final TensorSource SOURCE = new SeededTensors(19);
  private static final int FEW = 3;
  private static final int MANY = 37;

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaLinearSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    ModelShape gated = CudaLayerSelfTest.gated("qwen2", 6, 2, 80, 0);
    ModelShape bloom = CudaLayerSelfTest.bloom(3, 80);
    for (String id :
        List.of(
            "fp16",
            "bf16",
            "int8-sym",
            "int8-sym/per-tensor",
            "int8-asym",
            "int8-asym/per-tensor",
            "smoothquant",
            "fp8",
            "fp8/per-tensor",
            "llm-int8/2",
            "dynamic",
            "w8a16",
            "w4a16")) {
      Strategy strategy = Strategies.parse(id);
      for (LinearPart part : LinearPart.values()) {
        check(checks, problem(gated, part, strategy, FEW), "graph");
        check(checks, problem(gated, part, strategy, MANY), "stream");
      }
      check(checks, problem(bloom, LinearPart.FEED_FORWARD_IN, strategy, MANY), "graph");
    }
  }

  private static LinearProblem problem(
      ModelShape shape, LinearPart part, Strategy strategy, int tokens) {
    return new LinearProblem(
        shape, part, strategy, MadeUpScales.of(strategy, shape).of(part), tokens);
  }

  private void check(Checks checks, LinearProblem problem, String launch) {
    LayerOptions options =
        new LayerOptions(GemmSupport.CUBLASLT, "heuristic", CudaAttention.OWN, launch);
    checks.check(
        "linear "
            + problem.strategy().id()
            + " "
            + problem.shape().id()
            + "/"
            + problem.name()
            + " tokens="
            + problem.tokens()
            + " "
            + launch,
        () -> compare(problem, options));
  }

  /**
   * Runs a part and compares it.
   *
   * @throws UnsupportedWorkException if the device lacks the unit
   */
  private String compare(LinearProblem problem, LayerOptions options) {
    try (LinearWork work = engine.linear(problem, SOURCE, options)) {
      work.poisonOutput();
      int units = Integer.parseInt(work.facts().getOrDefault("launch.units", "1"));
      for (int i = 0; i < units; i++) {
        work.submit();
      }
      work.drain();
      LayerVerification verification = LinearVerifier.verify(problem, SOURCE, work.output());
      verification
          .failure()
          .ifPresent(
              failure -> {
                throw new SelfTestFailure(failure.toString());
              });
      return String.format(
          Locale.ROOT,
          "relative error %.1e of at most %.0e, worst channel %.1e.",
          verification.distance().relativeFrobenius(),
          verification.distance().bound(),
          verification.definition().get(1).relativeFrobenius());
    }
  }
}
