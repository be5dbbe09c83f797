package org.joulemark.kernels.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.layer.TestShapes;
import org.joulemark.kernels.quant.FakeQuantizer;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.junit.jupiter.api.Test;

class HostLinearTest {
  private static HostLinear linear() {
    return new HostLinear(
        TrainingInputs.weights(TestShapes.gated("llama", 2, 2, 4, 0)).weight(LinearPart.OUTPUT));
  }

  @Test
  void aNumberBeyondTheCodesGetsNoGradientAndPullsTheScale() {
    assertThat(FakeQuantizer.value(3.2, 0.5)).isEqualTo(3.0);
    assertThat(FakeQuantizer.slope(3.2, 0.5)).isEqualTo(1);
    assertThat(FakeQuantizer.scaleSlope(3.2, 0.5)).isEqualTo(6 - 3.2 / 0.5);
    assertThat(FakeQuantizer.value(-200, 0.5)).isEqualTo(-63.5);
    assertThat(FakeQuantizer.slope(-200, 0.5)).isZero();
    assertThat(FakeQuantizer.scaleSlope(-200, 0.5)).isEqualTo(-127);
    assertThat(FakeQuantizer.scaleSlope(200, 0.5)).isEqualTo(127);
    assertThat(FakeQuantizer.slope(63.5, 0.5)).isEqualTo(1);
  }

  @Test
  void theInputsGradientIsThatOfTheProductWhereItIsInside() {
    try (HostLinear linear = linear()) {
      float[] scales = new float[linear.outFeatures()];
      Arrays.fill(scales, 0.01f);
      linear.scales(new PartScales(0.02f, 0, scales, new float[0]));
      // 127 * 0.02 = 2.54.
      double[][] x = {{1, -2, 2.53, 2.55, -3, 0, 100, 0.5}};
      linear.forward(x);
      double[][] dy = new double[1][linear.outFeatures()];
      dy[0][3] = 1;
      TrainableLinear.Gradients gradients = linear.backward(dy);
      double[] dx = gradients.input()[0];
      assertThat(Math.abs(dx[3]) + Math.abs(dx[4]) + Math.abs(dx[6])).isZero();
      double[][] unit = {{0, 0, 0, 0, 0, 0, 0, 2}};
      // Ŵ itself: 2 is a hundred steps of 0.02.
      double weight = linear.forward(unit)[0][3] / (100 * (double) 0.02f);
      assertThat(dx[7]).isNotZero().isCloseTo(weight, within(1e-15));
      assertThat(gradients.weightScales()[0]).isZero();
      assertThat(gradients.weightScales()[3]).isNotZero();
    }
  }

  @Test
  void aCallTooEarlyOrWithTooFewScalesIsSaid() {
    try (HostLinear linear = linear()) {
      assertThatThrownBy(() -> linear.forward(new double[1][8]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no scales");
      assertThatThrownBy(() -> linear.backward(new double[1][8]))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(
              () -> linear.scales(new PartScales(1, 0, new float[] {1, 1, 1}, new float[0])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("3 scales are not those of 8 rows");
    }
  }
}
