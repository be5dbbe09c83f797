package org.joulemark.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.layer.CacheContents;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassRequest;
import org.joulemark.kernels.layer.Phase;
import org.joulemark.kernels.layer.SeededTensors;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.joulemark.kernels.selftest.Checks;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * Layers and models over a cache of INT8 codes against their definition: each head size, more
 * queries to a key head than a kernel takes at a time, a window, chunks of keys that are not full;
 * caches that were drawn, that a prompt has filled, and that were read in several pieces.
 */
final class CudaInt8CacheSelfTest {
  private static final TensorSource SOURCE = new SeededTensors(29);
  private static final int[] LENGTHS = {1, 7, 33, 150};
  private static final int LONG = 1000;
  private static final int BATCH = 2;
  // A code that rounding turns by a step, as few do in FP32, is seen at up to 5e-5.
  private static final double SAME = 3e-4;

  private final CudaEngine engine;

  /** For an opened engine. */
  CudaInt8CacheSelfTest(CudaEngine engine) {
    this.engine = engine;
  }

  /** Hands over every check. */
  void run(Checks all) {
    Checks checks = (name, check) -> all.check("kv-int8 " + name, check);
    CudaLayerSelfTest layers = new CudaLayerSelfTest(engine);
    Strategy strategy = Strategies.parse("kv-int8");
    for (ModelShape shape : shapes()) {
      for (Strategy base : List.of(strategy, onBf16(strategy))) {
        for (int length : LENGTHS) {
          layers.check(checks, prefill(shape, base, length));
          layers.check(checks, decode(shape, base, length));
        }
        layers.check(checks, prefilled(shape, base, 150));
      }
      layers.check(checks, prefill(shape, strategy, LONG));
      layers.check(checks, decode(shape, strategy, LONG));
      for (int length : new int[] {33, 150}) {
        layers.checkPlain(checks, prefill(shape, strategy, length));
        layers.checkPlain(checks, decode(shape, strategy, length));
        Strategy sharp = CudaLayerSelfTest.onFp32(strategy);
        layers.checkSharply(checks, prefill(shape, sharp, length), SAME);
        layers.checkSharply(checks, decode(shape, sharp, length), SAME);
        layers.checkSharply(checks, prefilled(shape, sharp, length), SAME);
      }
      layers.checkCudnn(checks, prefill(shape, strategy, 33));
    }
    checks.check("layer NaN", () -> layers.nan(strategy));
    models(checks, strategy);
  }

  private void models(Checks checks, Strategy strategy) {
    CudaModelSelfTest models = new CudaModelSelfTest(engine);
    ModelShape windowed = CudaLayerSelfTest.gated("mistral", 3, 1, 16, 3);
    ModelShape bloom = CudaLayerSelfTest.bloom(6, 16);
    for (Strategy base : List.of(strategy, CudaLayerSelfTest.onFp32(strategy))) {
      for (ModelShape shape : List.of(windowed, bloom)) {
        checks.check("model " + shape.id() + " " + base.id(), () -> models.verify(shape, base));
      }
    }
    for (String launch : List.of("stream", "graph")) {
      checks.check("works of a model, " + launch, () -> models.works(launch, strategy));
    }
    for (String attention : List.of(CudaAttention.OWN, CudaAttention.PLAIN)) {
      checks.check(
          "model in pieces, " + attention,
          () -> pieces(CudaLayerSelfTest.onFp32(strategy), attention));
    }
  }

  private static List<ModelShape> shapes() {
    return List.of(
        CudaLayerSelfTest.gated("llama", 6, 2, 16, 0),
        CudaLayerSelfTest.gated("qwen2", 6, 1, 64, 0),
        CudaLayerSelfTest.gated("mistral", 3, 1, 80, 20),
        CudaLayerSelfTest.gated("qwen2", 2, 1, 128, 0),
        CudaLayerSelfTest.bloom(3, 80));
  }

  private static LayerProblem prefill(ModelShape shape, Strategy strategy, int length) {
    return LayerProblem.prefill(shape, strategy, LayerScales.NONE, BATCH, length);
  }

  private static LayerProblem decode(ModelShape shape, Strategy strategy, int length) {
    return LayerProblem.decode(shape, strategy, LayerScales.NONE, BATCH, length);
  }

  private static LayerProblem prefilled(ModelShape shape, Strategy strategy, int length) {
    return new LayerProblem(
        shape, strategy, LayerScales.NONE, Phase.DECODE, BATCH, length, CacheContents.PREFILLED);
  }

  private static Strategy onBf16(Strategy strategy) {
    return new Strategy(
        strategy.id() + "/bf16",
        strategy.definition(),
        Precision.BF16,
        strategy.linear(),
        strategy.int8Cache());
  }

  /** Tokens that are read after others must be read as in one go. */
  private String pieces(Strategy strategy, String attention) {
    LayerOptions defaults = CudaEngine.LAYER_DEFAULTS;
    LayerOptions options =
        new LayerOptions(defaults.library(), defaults.algorithm(), attention, defaults.launch());
    int[][] tokens = {{1, 2, 3, 4, 5, 6, 7, 8, 9}, {9, 8, 7, 6, 5, 4, 3, 2, 1}};
    ModelShape shape = CudaLayerSelfTest.gated("qwen2", 4, 2, 16, 0);
    ModelProblem problem =
        new ModelProblem(shape, strategy, List.of(), tokens.length, tokens[0].length);
    try (ModelSession session = engine.model(problem, SOURCE, options)) {
      HostTensor wanted = session.forward(tokens, PassRequest.LAST_LOGITS).logits();
      double worst = 0;
      for (int[] ends : new int[][] {{4, 9}, {1, 3, 8, 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
        session.reset();
        HostTensor logits = wanted;
        for (int end : ends) {
          int from = session.position();
          int[][] piece =
              Arrays.stream(tokens)
                  .map(sequence -> Arrays.copyOfRange(sequence, from, end))
                  .toArray(int[][]::new);
          logits = session.forward(piece, PassRequest.LAST_LOGITS).logits();
        }
        TensorComparison comparison = TensorComparison.of("logits", wanted, logits, SAME);
        if (!comparison.passed()) {
          throw new SelfTestFailure("Read up to " + Arrays.toString(ends) + ": " + comparison);
        }
        worst = Math.max(worst, comparison.relativeFrobenius());
      }
      return String.format(Locale.ROOT, "in pieces as in one go to %.1e.", worst);
    }
  }
}
