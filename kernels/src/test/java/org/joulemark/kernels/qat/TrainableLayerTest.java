package org.joulemark.kernels.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.ReferenceCache;
import org.joulemark.kernels.layer.ReferenceLayer;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward against the reference layer, backward against finite differences, every family. */
class TrainableLayerTest {
  private static final int TOKENS = 7;
  private static final double STEP = 1e-5;
  // The strategy's own activations are FP16, which would move some to other codes.
  private static final Strategy INT8_OF_FP32 =
      new Strategy("test", "test", Precision.FP32, Strategies.parse("int8-qat").linear(), false);

  static List<ModelShape> shapes() {
    return TrainingInputs.shapes();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void withNothingQuantizedItIsTheReferenceLayer(ModelShape shape) {
    LayerWeights weights = TrainingInputs.weights(shape);
    double[][] x = TrainingInputs.sequence(shape, "x", TOKENS, 1);
    double[][] expected =
        new ReferenceLayer(shape, LayerTensors.alone(shape), TrainingInputs.source())
            .forward(x, new ReferenceCache(1));
    try (TrainableLayer layer = new TrainableLayer(weights, TrainingInputs.hostParts(weights))) {
      assertSame(layer.plain(x), expected);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void fakeQuantizedItIsWhatTheStrategyDefines(ModelShape shape) {
    LayerWeights weights = TrainingInputs.weights(shape);
    double[][] x = TrainingInputs.sequence(shape, "x", TOKENS, 5);
    try (TrainableLayer layer = new TrainableLayer(weights, TrainingInputs.hostParts(weights))) {
      ScaleParameters parameters =
          new ScaleParameters(weights, TrainingInputs.scales(layer, List.<double[][]>of(x), 0.6));
      LayerScales scales = parameters.scales();
      double[][] expected =
          new ReferenceLayer(
                  shape, LayerTensors.alone(shape), TrainingInputs.source(), INT8_OF_FP32, scales)
              .forward(x, new ReferenceCache(1));
      layer.scales(parameters.scales());
      assertSame(layer.forward(x), expected);
    }
  }

  private static void assertSame(double[][] actual, double[][] expected) {
    assertThat(actual).hasSameDimensionsAs(expected);
    for (int m = 0; m < actual.length; m++) {
      for (int i = 0; i < actual[m].length; i++) {
        assertThat(actual[m][i]).isCloseTo(expected[m][i], within(1e-9));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyScalesDerivativeIsThatOfFiniteDifferences(ModelShape shape) {
    LayerWeights weights = TrainingInputs.weights(shape);
    double[][] x = TrainingInputs.sequence(shape, "x", TOKENS, 5);
    Map<LinearPart, FrozenLinear> frozen = new EnumMap<>(LinearPart.class);
    for (LinearPart part : LinearPart.values()) {
      frozen.put(part, new FrozenLinear(weights.weight(part)));
    }
    try (TrainableLayer layer = new TrainableLayer(weights, TrainingInputs.hostParts(weights));
        TrainableLayer smooth = new TrainableLayer(weights, new EnumMap<>(frozen))) {
      Sample sample = new Sample(layer, x);
      // Small enough for some activations and weights to be beyond the codes' range.
      ScaleParameters parameters =
          new ScaleParameters(weights, TrainingInputs.scales(layer, List.<double[][]>of(x), 0.6));
      for (int i = 0; i < parameters.logarithms().length; i++) {
        // Each by another factor, so that nothing lies just at the end of the codes' range.
        parameters.logarithms()[i] -= 0.05 + 0.27 * (i * 0.6180339887 % 1);
      }
      layer.scales(parameters.scales());
      smooth.scales(parameters.scales());
      double[][] y = layer.forward(x);
      assertSame(smooth.forward(x), y);
      Map<LinearPart, TrainableLinear.Gradients> gradients = layer.backward(sample.gradient(y, 1));
      assertThat(gradients).hasSize(LinearPart.values().length);
      gradients.forEach(
          (part, analytic) -> {
            FrozenLinear linear = frozen.computeIfAbsent(part, missing -> fail("no " + missing));
            double[] derivatives =
                Stream.of(
                        new double[] {analytic.activationScale()},
                        analytic.weightScales(),
                        analytic.smoothing())
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            for (int i = 0; i < derivatives.length; i++) {
              double numeric = difference(smooth, sample, linear, i);
              assertThat(numeric)
                  .as("%s scale %d", part, i)
                  .isCloseTo(derivatives[i] * linear.scale(i), within(1e-9));
            }
          });
    }
  }

  /** The derivative of the loss by the logarithm of one scale, by a central difference. */
  private static double difference(
      TrainableLayer smooth, Sample sample, FrozenLinear linear, int index) {
    linear.multiplyScale(index, Math.exp(STEP));
    double above = loss(smooth, sample);
    linear.multiplyScale(index, Math.exp(-2 * STEP));
    double below = loss(smooth, sample);
    linear.multiplyScale(index, Math.exp(STEP));
    return (above - below) / (2 * STEP);
  }

  private static double loss(TrainableLayer layer, Sample sample) {
    double sum = 0;
    for (double share : sample.losses(layer.forward(sample.input()))) {
      sum += share;
    }
    return sum;
  }
}
