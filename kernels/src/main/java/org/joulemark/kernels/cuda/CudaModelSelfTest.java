package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.ExpectedPass;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassRequest;
import org.joulemark.kernels.layer.PassTolerance;
import org.joulemark.kernels.layer.PassVerifier;
import org.joulemark.kernels.layer.ReferenceModel;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * Small models of every family against the FP64 reference: prefill, decode through the cache, and
 * greedy decoding; and that works do what {@link ModelSession#forward} does.
 */
final class CudaModelSelfTest {
  // As far as turned codes lead at most in a model so small.
  private static final double TURNED = 3e-2;
  private static final TensorSource SOURCE = new SeededTensors(23);
  private static final int[][] PROMPTS = {
    {5, 4, 3, 2, 1, 0, 96}, {1, 2, 3, 4, 5, 6, 7}, {9, 9, 9, 9, 9, 9, 9}
  };
  private static final int PROMPT = 2;
  private static final int DECODED = 3;
  private static final int GREEDY = 10;

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaModelSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks checks) {
    for (ModelShape shape :
        List.of(
            CudaLayerSelfTest.gated("qwen2", 6, 2, 80, 0),
            CudaLayerSelfTest.gated("mistral", 3, 1, 16, 3),
            CudaLayerSelfTest.gated("llama", 2, 1, 128, 0),
            CudaLayerSelfTest.bloom(6, 16))) {
      for (Precision precision : List.of(Precision.FP32, Precision.FP16, Precision.BF16)) {
        checks.check(
            "model " + shape.id() + " " + precision,
            () -> verify(shape, Strategy.plain(precision)));
      }
    }
    for (ModelShape shape :
        List.of(CudaLayerSelfTest.gated("qwen2", 6, 2, 80, 0), CudaLayerSelfTest.bloom(6, 16))) {
      for (String id : List.of("int8-sym", "int8-asym", "fp8")) {
        checks.check(
            "model " + shape.id() + " " + id + " on FP32",
            () -> verify(shape, CudaLayerSelfTest.onFp32(Strategies.parse(id))));
      }
    }
    for (String launch : List.of("stream", "graph")) {
      checks.check(
          "works of a model, " + launch, () -> works(launch, Strategy.plain(Precision.FP32)));
      checks.check(
          "works of a model in int8-sym, " + launch,
          () -> works(launch, Strategies.parse("int8-sym")));
      checks.check("endings after a prompt, " + launch, () -> endings(launch));
    }
  }

  /** Checks one model. */
  String verify(ModelShape shape, Strategy strategy) {
    ModelProblem problem =
        new ModelProblem(shape, strategy, List.of(), PROMPTS.length, PROMPT + GREEDY);
    ReferenceModel reference = new ReferenceModel(problem, SOURCE);
    ExpectedPass expected = ExpectedPass.from(reference, PROMPTS, DECODED, PROMPT, GREEDY);
    return compare(engine, problem, SOURCE, expected, CudaEngine.LAYER_DEFAULTS);
  }

  /**
   * Runs a model and compares it.
   *
   * @return one sentence
   * @throws SelfTestFailure naming the first tensor that is wrong
   */
  static String compare(
      CudaEngine engine,
      ModelProblem problem,
      TensorSource source,
      ExpectedPass expected,
      LayerOptions options) {
    try (ModelSession session = engine.model(problem, source, options)) {
      List<TensorComparison> rows =
          PassVerifier.verify(session, expected, PassTolerance.of(problem, source, expected));
      double worst = 0;
      for (TensorComparison row : rows) {
        if (!row.passed()) {
          throw new SelfTestFailure(row.toString());
        }
        if (!row.name().equals("greedy")) {
          worst = Math.max(worst, row.relativeFrobenius());
        }
      }
      return String.format(
          Locale.ROOT, "%d tensors, relative error at most %.1e.", rows.size(), worst);
    }
  }

  /** A decode work must choose what reading the tokens one at a time does. */
  String works(String launch, Strategy strategy) {
    LayerOptions defaults = CudaEngine.LAYER_DEFAULTS;
    LayerOptions options =
        new LayerOptions(defaults.library(), defaults.algorithm(), defaults.attention(), launch);
    ModelShape shape = CudaLayerSelfTest.gated("qwen2", 4, 2, 16, 0);
    int[][] prompts = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    ModelProblem problem = new ModelProblem(shape, strategy, List.of(), prompts.length, 8);
    try (ModelSession session = engine.model(problem, SOURCE, options)) {
      session.forward(prompts, PassRequest.LAST_LOGITS);
      HostTensor wanted = next(session);
      session.reset();
      try (Work prefill = session.prefill(prompts)) {
        submit(prefill);
      }
      HostTensor afterPrefill = next(session);
      int position = session.position();
      try (Work decode = session.decode(prompts[0].length)) {
        submit(decode);
      }
      session.reset();
      session.forward(prompts, PassRequest.LAST_LOGITS);
      HostTensor again = next(session);
      if (position != prompts[0].length + 1 || session.position() != position) {
        throw new SelfTestFailure("The session is at token " + position + ".");
      }
      // What a prompt read at once leaves may differ in codes by a rounding.
      double bound = strategy.isPlain() ? 0 : TURNED;
      for (HostTensor logits : List.of(afterPrefill, again)) {
        TensorComparison comparison = TensorComparison.of("logits", wanted, logits, bound);
        if (!comparison.passed()) {
          throw new SelfTestFailure(comparison.toString());
        }
      }
      return "prefill and decode leave what reading token by token leaves.";
    }
  }

  /** Endings that a work reads must leave the cache as reading them with forward does. */
  private String endings(String launch) {
    LayerOptions defaults = CudaEngine.LAYER_DEFAULTS;
    LayerOptions options =
        new LayerOptions(defaults.library(), defaults.algorithm(), defaults.attention(), launch);
    ModelShape shape = CudaLayerSelfTest.gated("qwen2", 4, 2, 16, 0);
    int[][] prompts = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    int[][] endings = {{9, 10, 11}, {12, 13, 14}};
    ModelProblem problem = new ModelProblem(shape, Precision.FP32, prompts.length, 8);
    try (ModelSession session = engine.model(problem, SOURCE, options)) {
      session.forward(prompts, PassRequest.LAST_LOGITS);
      try (Work extend = session.extend(prompts[0].length, endings)) {
        submit(extend);
      }
      int position = session.position();
      HostTensor afterWork = next(session);
      session.reset();
      session.forward(prompts, PassRequest.LAST_LOGITS);
      session.forward(endings, PassRequest.LAST_LOGITS);
      TensorComparison comparison = TensorComparison.of("logits", next(session), afterWork, 0);
      if (position != prompts[0].length + endings[0].length) {
        throw new SelfTestFailure("The session is at token " + position + ".");
      }
      if (!comparison.passed()) {
        throw new SelfTestFailure(comparison.toString());
      }
      return "reading endings as a work leaves what reading them with forward leaves.";
    }
  }

  private static HostTensor next(ModelSession session) {
    return session.forward(new int[][] {{11}, {12}}, PassRequest.LAST_LOGITS).logits();
  }

  private static void submit(Work work) {
    int units = Integer.parseInt(work.facts().getOrDefault("launch.units", "1"));
    for (int i = 0; i < units; i++) {
      work.submit();
    }
    work.drain();
    if (work.completed() != units) {
      throw new SelfTestFailure(
          units + " units were submitted and " + work.completed() + " completed.");
    }
  }
}
