package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One token decoded behind a long context: a single row of numbers, in which attention, an average
 * over many values, has a small share. What turned codes do by chance looks like a wrong scale of
 * it there, and must not be taken for one.
 */
class OneTokenTest {
  private static final int CONTEXT = 1024;
  private static final ModelShape SHAPE = TestShapes.wide("qwen2", 8, 2, 32, 0, 512);
  private static final LayerTensors TENSORS = LayerTensors.alone(SHAPE);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fp8",
        "smoothquant",
        "int8-sym",
        "int8-asym",
        "llm-int8/2.5",
        "kv-int8",
        "fp8/per-tensor/mse",
        "int8-sym/per-tensor/mse",
        "int8-asym/per-tensor/minmax"
      })
  void aRightResultIsNotRefused(String id) {
    assertThat(refused(id, SHAPE, 24)).isEmpty();
  }

  /** Of a layer large enough that its definition was moved once only. */
  @ParameterizedTest
  @ValueSource(strings = {"fp8", "smoothquant"})
  void norIsOneOfALargeLayer(String id) {
    ModelShape large = TestShapes.wide("mistral", 8, 2, 128, 0, 3072);
    assertThat(large.parametersPerLayer()).isGreaterThan(10_000_000);
    assertThat(refused(id, large, 10)).isEmpty();
  }

  private static List<String> refused(String id, ModelShape shape, int seeds) {
    List<String> refused = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      TensorSource source = new SeededTensors(seed);
      LayerProblem problem = problem(shape, id, source, 1);
      HostTensor output = engine(problem, source, seed);
      LayerVerifier.verifyBoth(problem, source, output)
          .failure()
          .ifPresent(failure -> refused.add(failure.toString()));
    }
    return refused;
  }

  /**
   * Over many layers a right engine's gains have the standard deviation that the moved definition
   * gives, so that six of them are as rare as of a normal number; nor is that much too large, which
   * would hide mistakes.
   */
  @ParameterizedTest
  @ValueSource(strings = {"fp8", "smoothquant", "int8-sym"})
  void gainsScatterAsFarAsIsStated(String id) {
    int layers = 150;
    double attention = 0;
    double feedForward = 0;
    double furthest = 0;
    for (int seed = 1; seed <= layers; seed++) {
      TensorSource source = new SeededTensors(seed);
      LayerProblem problem = problem(SHAPE, id, source, 1);
      ReferenceLayer.Trace defined = trace(problem, source, PartObserver.NONE, Jitter.NONE);
      ReferenceLayer.Trace right = trace(problem, source, rounding(seed), Jitter.NONE);
      ShareGains gains = ShareGains.of(defined, right.output());
      ShareGains scatter = new ShareGains(0, 0);
      for (int draw = 0; draw < PassTolerance.draws(problem.strategy(), SHAPE, 1); draw++) {
        Jitter jitter = PassTolerance.jitter(problem.strategy(), draw);
        ReferenceLayer.Trace moved = trace(problem, source, PartObserver.NONE, jitter);
        scatter = scatter.or(ShareGains.scatter(defined, moved, Jitter.most(ElementType.FP16)));
      }
      double a = gains.attention() / scatter.attention();
      double f = gains.feedForward() / scatter.feedForward();
      attention += a * a / layers;
      feedForward += f * f / layers;
      furthest = Math.max(furthest, Math.max(Math.abs(a), Math.abs(f)));
    }
    assertThat(Math.sqrt(attention)).isBetween(0.5, 1.5);
    assertThat(Math.sqrt(feedForward)).isBetween(0.5, 1.5);
    assertThat(furthest).isLessThan(5);
  }

  @Test
  void aWrongScaleOfTheFeedForwardPartIsFoundInOneToken() {
    for (int seed = 1; seed <= 8; seed++) {
      TensorSource source = new SeededTensors(seed);
      LayerProblem problem = problem(SHAPE, "int8-sym", source, 1);
      TensorSource wrong = scaled(source, TENSORS.feedForwardOutput(), 1.02f);
      assertThat(failed(problem, source, wrong)).contains("output/gain/feed-forward");
    }
  }

  /** What one token cannot show, many do: the bound follows from how many numbers there are. */
  @Test
  void aWrongScaleOfAttentionIsFoundInEnoughTokens() {
    TensorSource source = new SeededTensors(1);
    TensorSource wrong = scaled(source, TENSORS.attentionOutput(), 1.03f);
    LayerProblem one = problem(SHAPE, "int8-sym", source, 1);
    LayerProblem many = problem(SHAPE, "int8-sym", source, 24);
    double bound = attention(one, source).bound();
    assertThat(bound).isBetween(0.03, 0.3);
    assertThat(attention(many, source).bound()).isLessThan(bound / 3);
    assertThat(failed(one, source, wrong)).doesNotContain("output/gain/attention");
    assertThat(failed(many, source, wrong)).contains("output/gain/attention");
    TensorSource farther = scaled(source, TENSORS.attentionOutput(), (float) (1 + 1.5 * bound));
    assertThat(failed(one, source, farther)).contains("output/gain/attention");
  }

  private static TensorComparison attention(LayerProblem problem, TensorSource source) {
    return LayerVerifier.verifyBoth(problem, source, engine(problem, source, 1))
        .definition()
        .get(1);
  }

  /** What is found of an engine with other weights. */
  private static List<String> failed(
      LayerProblem problem, TensorSource source, TensorSource wrong) {
    return LayerVerifier.verifyBoth(problem, source, engine(problem, wrong, 1))
        .definition()
        .stream()
        .filter(row -> !row.passed())
        .map(TensorComparison::name)
        .toList();
  }

  /** A part multiplied as if its weights' scales were larger. */
  private static TensorSource scaled(TensorSource source, Affine part, float factor) {
    return (tensor, row, into) -> {
      source.row(tensor, row, into);
      if (tensor.name().equals(part.weight().name())) {
        for (int i = 0; i < tensor.columns(); i++) {
          into[i] *= factor;
        }
      }
    };
  }

  private static LayerProblem problem(ModelShape shape, String id, TensorSource source, int batch) {
    Strategy strategy = Strategies.parse(id);
    LayerScales scales =
        strategy.linear().needsCalibration()
            ? new LayerCalibration(shape, source, strategy)
                .fit(
                    LayerTensors.alone(shape),
                    StoredLayer.rows(source, TensorSpec.input("x.calibration", 32, shape.hidden())))
            : LayerScales.NONE;
    return LayerProblem.decode(shape, strategy, scales, batch, CONTEXT);
  }

  /** What an engine gives that stores FP16, and whose sums differ in their last bits by a seed. */
  private static HostTensor engine(LayerProblem problem, TensorSource source, long seed) {
    return StoredLayer.output(
        problem, stored(problem, source), layer(problem, source, rounding(seed), Jitter.NONE));
  }

  private static ReferenceLayer.Trace trace(
      LayerProblem problem, TensorSource source, PartObserver observer, Jitter jitter) {
    TensorSource stored = stored(problem, source);
    ReferenceCache cache = ReferenceCache.of(problem.strategy(), problem.shape(), problem.batch());
    LayerVerifier.drawCache(problem, stored, cache);
    return layer(problem, source, observer, jitter)
        .trace(StoredLayer.rows(stored, problem.input()), cache, new int[] {0});
  }

  private static ReferenceLayer layer(
      LayerProblem problem, TensorSource source, PartObserver observer, Jitter jitter) {
    return new ReferenceLayer(
        problem.shape(),
        LayerTensors.alone(problem.shape()),
        stored(problem, source),
        problem.strategy(),
        problem.scales(),
        observer,
        jitter);
  }

  private static TensorSource stored(LayerProblem problem, TensorSource source) {
    return LayerVerifier.stored(problem.precision(), source);
  }

  /** Observers must not change what they see; this one stands for an engine that stores it. */
  private static PartObserver rounding(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return (part, x) -> {
      for (double[] row : x) {
        for (int i = 0; i < row.length; i++) {
          double moved = row[i] * (1 + 0x1p-11 * (2 * random.nextDouble() - 1));
          row[i] = ElementCodec.round(ElementType.FP16, (float) moved);
        }
      }
    };
  }
}
