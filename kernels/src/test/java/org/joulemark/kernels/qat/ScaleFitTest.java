package org.joulemark.kernels.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScaleFitTest {
  private static final int TOKENS = 64;

  static List<ModelShape> shapes() {
    return List.of(TestShapes.gated("qwen2", 4, 2, 16, 0), TestShapes.bloom(4, 16));
  }

  private static double loss(
      TrainableLayer layer, LayerWeights weights, LayerScales scales, List<double[][]> inputs) {
    layer.scales(new ScaleParameters(weights, scales).scales());
    return inputs.stream()
        .mapToDouble(
            x -> {
              Sample sample = new Sample(layer, x);
              return Arrays.stream(sample.losses(layer.forward(x))).sum();
            })
        .sum();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void learnedScalesBeatCalibratedOnesOnInputsThatTheyNeverSaw(ModelShape shape) {
    LayerWeights weights = TrainingInputs.weights(shape);
    List<double[][]> training = TrainingInputs.sequences(shape, "training", 4, TOKENS, 20);
    List<double[][]> heldOut = TrainingInputs.sequences(shape, "heldOut", 2, TOKENS, 20);
    List<double[][]> others = TrainingInputs.sequences(shape, "others", 3, TOKENS, 20);
    try (TrainableLayer layer = new TrainableLayer(weights, TrainingInputs.hostParts(weights))) {
      LayerScales calibrated = TrainingInputs.calibrated(shape, training);
      TrainedScales trained =
          new ScaleFit(96, 0.03, System::nanoTime)
              .fit(layer, weights, calibrated, training, heldOut, LossScaler.dynamic());
      double before = loss(layer, weights, calibrated, others);
      double after = loss(layer, weights, trained.scales(), others);
      assertThat(trained.improved()).isTrue();
      assertThat(trained.lossAfter()).isLessThan(trained.lossBefore());
      // What the factors of the inputs gain with outliers is far beyond chance.
      assertThat(after).isLessThan(0.8 * before);
    }
  }

  @Test
  void whatDoesNotHelpIsNotKept() {
    ModelShape shape = TestShapes.gated("llama", 2, 1, 8, 0);
    LayerWeights weights = TrainingInputs.weights(shape);
    List<double[][]> inputs = TrainingInputs.sequences(shape, "training", 1, 8, 1);
    try (TrainableLayer layer = new TrainableLayer(weights, TrainingInputs.hostParts(weights))) {
      LayerScales start = TrainingInputs.scales(layer, inputs, 1);
      // Steps of e^3 throw the scales far away.
      TrainedScales trained =
          new ScaleFit(3, 3, () -> 0)
              .fit(layer, weights, start, inputs, inputs, LossScaler.dynamic());
      assertThat(trained.improved()).isFalse();
      assertThat(trained.scales()).isSameAs(start);
      assertThat(trained.lossAfter()).isEqualTo(trained.lossBefore());
      assertThat(trained.stepSeconds()).isZero();
    }
  }

  @Test
  void theBestCalibrationIsStartedFrom() {
    ModelShape shape = TestShapes.gated("llama", 2, 1, 8, 0);
    LayerWeights weights = TrainingInputs.weights(shape);
    List<double[][]> inputs = TrainingInputs.sequences(shape, "training", 2, 8, 1);
    try (TrainableLayer layer = new TrainableLayer(weights, TrainingInputs.hostParts(weights))) {
      LayerScales good = TrainingInputs.scales(layer, inputs, 1);
      LayerScales coarse = TrainingInputs.scales(layer, inputs, 8);
      LayerScales clipping = TrainingInputs.scales(layer, inputs, 0.1);
      assertThat(ScaleFit.best(layer, weights, List.of(coarse, good, clipping), inputs))
          .isEqualTo(1);
    }
  }

  @Test
  void noStepsAreRefused() {
    assertThatThrownBy(() -> new ScaleFit(0, 0.1, () -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 step");
  }
}
