package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.Fp16;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.ActivationStatistics;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerVerifierTest {
  private static final SeededTensors SOURCE = new SeededTensors(9);
  private final ModelShape shape = TestShapes.gated("qwen2", 8, 2, 32, 0);
  private final ModelShape bloom = TestShapes.bloom(4, 16);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int8-sym",
        "int8-asym",
        "smoothquant",
        "llm-int8/2.5",
        "fp8",
        "w8a16",
        "w4a16",
        "dynamic",
        "int8-sym/per-tensor/mse",
        "fp8/per-tensor/mse",
        "kv-int8"
      })
  void anEngineThatRoundsWhatItStoresIsRight(String id) {
    for (LayerProblem problem : problems(id)) {
      HostTensor output = engine(problem, problem.strategy());
      LayerVerification verification = LayerVerifier.verifyBoth(problem, SOURCE, output);
      assertThat(verification.failure()).as(id + " " + verification).isEmpty();
      assertThat(verification.fidelity()).isLessThan(1 - 1e-4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "smoothquant", "fp8", "w8a16", "w4a16", "dynamic"})
  void anEngineThatDoesNotQuantizeIsFound(String id) {
    for (LayerProblem problem : problems(id)) {
      HostTensor output = engine(problem, Strategies.parse("fp16"));
      LayerVerification verification = LayerVerifier.verifyBoth(problem, SOURCE, output);
      assertThat(verification.failure()).as(id + " " + verification).isPresent();
      assertThat(verification.displacement().relativeFrobenius()).isCloseTo(1, within(0.2));
    }
  }

  @Test
  void anEngineThatQuantizesOtherwiseIsFound() {
    LayerProblem problem = problems("w8a16").get(0);
    HostTensor output = engine(problem, Strategies.parse("w4a16"));
    assertThat(LayerVerifier.verifyBoth(problem, SOURCE, output).failure()).isPresent();
  }

  @Test
  void whatIsNotFiniteIsNeverRight() {
    LayerProblem problem = problems("int8-sym").get(0);
    HostTensor output = engine(problem, problem.strategy());
    output.values()[5] = Float.NaN;
    LayerVerification verification = LayerVerifier.verifyBoth(problem, SOURCE, output);
    assertThat(verification.failure()).isPresent();
    assertThat(verification.fidelity()).isZero();
  }

  @Test
  void withoutQuantizationThereIsOneComparison() {
    LayerProblem problem = problems("fp16").get(0);
    LayerVerification verification =
        LayerVerifier.verifyBoth(problem, SOURCE, engine(problem, problem.strategy()));
    assertThat(verification.failure()).isEmpty();
    assertThat(verification.unquantized()).isSameAs(verification.distance());
  }

  @Test
  void aFewTokensAreComputedAmongAllThatTheirStrategyLooksAt() {
    TensorSpec input = LayerProblem.prefill(shape, Precision.FP32, 2, 9).input();
    double[][] x = StoredLayer.rows(SOURCE, input);
    int[] wanted = {1, 4};
    // A threshold between what the last part's activations are over all tokens and over two.
    double all = kurtosisOfLastPart(x, IntStream.range(0, 9).toArray());
    double some = kurtosisOfLastPart(x, wanted);
    assertThat(Math.abs(all - some)).isGreaterThan(0.1);
    for (String id : List.of("llm-int8/2.5", "dynamic/1/" + (all + some) / 2)) {
      ReferenceLayer layer =
          new ReferenceLayer(
              shape, LayerTensors.alone(shape), SOURCE, Strategies.parse(id), LayerScales.NONE);
      double[][] whole = layer.forward(x, new ReferenceCache(2));
      double[][] picked = layer.forward(x, new ReferenceCache(2), wanted);
      assertThat(picked)
          .as(id)
          .isDeepEqualTo(new double[][] {whole[1], whole[4], whole[10], whole[13]});
    }
  }

  private double kurtosisOfLastPart(double[][] x, int[] wanted) {
    double[] kurtosis = new double[1];
    new ReferenceLayer(
            shape,
            LayerTensors.alone(shape),
            SOURCE,
            Strategies.parse("fp16"),
            LayerScales.NONE,
            (part, seen) -> {
              float[][] floats = new float[seen.length][shape.intermediate()];
              for (int i = 0; part == LinearPart.DOWN && i < floats.length; i++) {
                for (int k = 0; k < floats[i].length; k++) {
                  floats[i][k] = (float) seen[i][k];
                }
              }
              kurtosis[0] = ActivationStatistics.of(floats).kurtosis();
            })
        .forward(x, new ReferenceCache(2), wanted);
    return kurtosis[0];
  }

  /** Rows of every family's fused parts: the scales that follow from them, given by hand. */
  @Test
  void weightScalesAreInTheOrderOfTheFusedRows() {
    for (ModelShape model : List.of(shape, bloom)) {
      LayerTensors tensors = LayerTensors.alone(model);
      LayerWeights weights = new LayerWeights(model, tensors, SOURCE);
      float[] qkv = scales(weights.weight(LinearPart.QKV));
      float[] inner = scales(weights.weight(LinearPart.FEED_FORWARD_IN));
      Strategy strategy = Strategies.parse("int8-sym");
      double[][] x = StoredLayer.rows(SOURCE, TensorSpec.input("x", 5, model.hidden()));
      double[][] own =
          new ReferenceLayer(model, tensors, SOURCE, strategy, LayerScales.NONE)
              .forward(x, new ReferenceCache(1));
      assertThat(outputWith(model, x, LinearPart.QKV, qkv)).isEqualTo(own);
      assertThat(outputWith(model, x, LinearPart.FEED_FORWARD_IN, inner)).isEqualTo(own);
      float swapped = qkv[0];
      qkv[0] = qkv[model.queryWidth()];
      qkv[model.queryWidth()] = swapped;
      assertThat(outputWith(model, x, LinearPart.QKV, qkv)).isNotEqualTo(own);
    }
  }

  private static double[][] outputWith(
      ModelShape model, double[][] x, LinearPart part, float[] weightScales) {
    LayerScales scales =
        new LayerScales(Map.of(part, new PartScales(Double.NaN, 0, weightScales, new float[0])));
    return new ReferenceLayer(
            model, LayerTensors.alone(model), SOURCE, Strategies.parse("int8-sym"), scales)
        .forward(x, new ReferenceCache(1));
  }

  private static float[] scales(WeightRows weight) {
    float[] scales = new float[weight.rows()];
    float[] numbers = new float[weight.columns()];
    for (int n = 0; n < scales.length; n++) {
      weight.row(n, numbers);
      scales[n] = Int8Row.symmetricScale(numbers);
    }
    return scales;
  }

  @Test
  void eachPartsInputIsSeenOnce() {
    Map<LinearPart, Integer> seen = new EnumMap<>(LinearPart.class);
    for (ModelShape model : List.of(shape, bloom)) {
      seen.clear();
      new ReferenceLayer(
              model,
              LayerTensors.alone(model),
              SOURCE,
              Strategies.parse("int8-sym"),
              LayerScales.NONE,
              (part, x) -> seen.merge(part, x[0].length, Integer::sum))
          .forward(
              StoredLayer.rows(SOURCE, TensorSpec.input("x", 6, model.hidden())),
              new ReferenceCache(2));
      assertThat(seen)
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  LinearPart.QKV, model.hidden(),
                  LinearPart.OUTPUT, model.queryWidth(),
                  LinearPart.FEED_FORWARD_IN, model.hidden(),
                  LinearPart.DOWN, model.intermediate()));
    }
  }

  private List<LayerProblem> problems(String id) {
    Strategy strategy = Strategies.parse(id);
    LayerScales scales =
        strategy.linear().needsCalibration()
            ? new LayerCalibration(shape, SOURCE, strategy)
                .fit(
                    LayerTensors.alone(shape),
                    StoredLayer.rows(SOURCE, TensorSpec.input("x.calibration", 32, shape.hidden())))
            : LayerScales.NONE;
    return List.of(
        LayerProblem.prefill(shape, strategy, scales, 2, 9),
        LayerProblem.decode(shape, strategy, scales, 3, 5));
  }

  /** What an engine with FP16 between the parts gives, carrying out another strategy perhaps. */
  private HostTensor engine(LayerProblem problem, Strategy strategy) {
    TensorSource stored =
        (tensor, row, into) -> {
          SOURCE.row(tensor, row, into);
          switch (tensor.kind()) {
            case INPUT, CACHE -> {
              for (int i = 0; i < tensor.columns(); i++) {
                into[i] = Fp16.decode(Fp16.encode(into[i]));
              }
            }
            case MATRIX, NORM_WEIGHT, BIAS -> {}
          }
        };
    // Observers must not change what they see; this one stands for an engine that stores it.
    PartObserver rounding =
        (part, x) -> {
          for (double[] row : x) {
            for (int i = 0; i < row.length; i++) {
              row[i] = Fp16.decode(Fp16.encode((float) (row[i] * (1 + 1e-4 * Math.sin(i)))));
            }
          }
        };
    ReferenceLayer layer =
        new ReferenceLayer(
            shape, LayerTensors.alone(shape), stored, strategy, problem.scales(), rounding);
    return StoredLayer.output(problem, stored, layer);
  }
}
