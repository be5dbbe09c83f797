package org.joulemark.kernels.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.joulemark.kernels.model.TensorSpec;
import org.junit.jupiter.api.Test;

class SeededTensorsTest {
  private final SeededTensors seeded = new SeededTensors(42);

  @Test
  void matricesHaveTheSpreadOfRealOnes() {
    TensorSpec matrix = TensorSpec.matrix("w", 400, 1600);
    double[] moments = moments(seeded, matrix);
    assertThat(moments[0]).isCloseTo(0, within(1e-4));
    assertThat(moments[1] * 1600).isCloseTo(1, within(0.01));
    // Four uniform numbers: kurtosis 3 − 1.2/4.
    assertThat(moments[2] / (moments[1] * moments[1])).isCloseTo(2.7, within(0.03));
  }

  @Test
  void otherKindsHaveTheirOwnSpread() {
    assertThat(moments(seeded, TensorSpec.normWeight("n", 100_000))[0]).isCloseTo(1, within(0.002));
    assertThat(moments(seeded, TensorSpec.bias("b", 100_000))[1]).isCloseTo(0.01, within(0.0003));
    assertThat(moments(seeded, TensorSpec.input("x", 10, 10_000))[1]).isCloseTo(1, within(0.02));
    assertThat(moments(seeded, TensorSpec.cache("k", 10, 10_000))[1]).isCloseTo(1, within(0.02));
  }

  @Test
  void rowsNamesAndSeedsDifferAndRepeat() {
    TensorSpec matrix = TensorSpec.matrix("w", 2, 64);
    float[] first = row(seeded, matrix, 0);
    assertThat(row(new SeededTensors(42), matrix, 0)).isEqualTo(first);
    assertThat(row(seeded, matrix, 1)).isNotEqualTo(first);
    assertThat(row(seeded, TensorSpec.matrix("v", 2, 64), 0)).isNotEqualTo(first);
    assertThat(row(new SeededTensors(43), matrix, 0)).isNotEqualTo(first);
  }

  private static float[] row(SeededTensors source, TensorSpec tensor, int row) {
    float[] values = new float[tensor.columns()];
    source.row(tensor, row, values);
    return values;
  }

  /** Mean, variance and fourth central moment. */
  private static double[] moments(SeededTensors source, TensorSpec tensor) {
    double sum = 0;
    for (int r = 0; r < tensor.rows(); r++) {
      for (float value : row(source, tensor, r)) {
        sum += value;
      }
    }
    double mean = sum / tensor.elements();
    double second = 0;
    double fourth = 0;
    for (int r = 0; r < tensor.rows(); r++) {
      for (float value : row(source, tensor, r)) {
        double square = (value - mean) * (value - mean);
        second += square;
        fourth += square * square;
      }
    }
    return new double[] {mean, second / tensor.elements(), fourth / tensor.elements()};
  }
}
