package org.joulemark.kernels.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;

class SeededOperandsTest {
  private static final GemmShape SHAPE = new GemmShape("test", 2, 64, 48, 4096);

  private static SeededOperands operands(OperandDistribution data, long seed) {
    return new SeededOperands(new GemmProblem(SHAPE, Precision.FP32, data, Epilogue.NONE, seed));
  }

  private static float[] activationRow(OperandSource source, int batch, int row) {
    float[] values = new float[SHAPE.k()];
    source.activationRow(batch, row, values);
    return values;
  }

  @Test
  void everyRowOfEveryMatrixIsItsOwnAndComesBackTheSame() {
    SeededOperands source = operands(OperandDistribution.NORMAL, 1);
    float[] first = activationRow(source, 0, 0);
    float[] weight = new float[SHAPE.k()];
    source.weightRow(0, 0, weight);

    assertThat(activationRow(source, 0, 1)).isNotEqualTo(first);
    assertThat(activationRow(source, 1, 0)).isNotEqualTo(first);
    assertThat(weight).isNotEqualTo(first);
    assertThat(activationRow(operands(OperandDistribution.NORMAL, 2), 0, 0)).isNotEqualTo(first);
    assertThat(activationRow(source, 0, 0)).isEqualTo(first);
  }

  @Test
  void concurrentRowsEqualSequentialOnes() {
    SeededOperands source = operands(OperandDistribution.NORMAL, 3);
    float[][] sequential =
        IntStream.range(0, 64).mapToObj(r -> activationRow(source, 1, r)).toArray(float[][]::new);
    float[][] concurrent =
        IntStream.range(0, 64)
            .parallel()
            .mapToObj(r -> activationRow(source, 1, r))
            .toArray(float[][]::new);
    assertThat(Arrays.deepEquals(concurrent, sequential)).isTrue();
  }

  /** The same numbers on every JDK: seen on 17 and 25. */
  @Test
  void goldenValues() {
    float[] normal = activationRow(operands(OperandDistribution.NORMAL, 20_240_607L), 0, 0);
    float[] uniform = activationRow(operands(OperandDistribution.UNIFORM, 20_240_607L), 1, 63);
    assertThat(Arrays.copyOf(normal, 4)).containsExactly(GOLDEN_NORMAL);
    assertThat(Arrays.copyOf(uniform, 4)).containsExactly(GOLDEN_UNIFORM);
    assertThat(Arrays.hashCode(normal)).isEqualTo(GOLDEN_NORMAL_HASH);
  }

  private static final float[] GOLDEN_NORMAL = {1.3066279f, -0.7453581f, 0.97773147f, -1.2963184f};
  private static final float[] GOLDEN_UNIFORM = {
    0.42104304f, 0.120821714f, 0.35718036f, 0.06534302f
  };
  private static final int GOLDEN_NORMAL_HASH = -1_033_050_048;

  @Test
  void normalHasTheMomentsAndTheTailsOfANormalDistribution() {
    SeededOperands source = operands(OperandDistribution.NORMAL, 5);
    int count = 2 * 64 * SHAPE.k();
    double sum = 0;
    double squares = 0;
    double cubes = 0;
    double fourths = 0;
    int[] beyond = new int[5];
    for (int batch = 0; batch < 2; batch++) {
      for (int row = 0; row < 64; row++) {
        for (float value : activationRow(source, batch, row)) {
          double v = value;
          sum += v;
          squares += v * v;
          cubes += v * v * v;
          fourths += v * v * v * v;
          for (int s = 0; s < beyond.length; s++) {
            beyond[s] += Math.abs(v) > s ? 1 : 0;
          }
        }
      }
    }
    double deviation = 1 / Math.sqrt(count);
    assertThat(sum / count).isCloseTo(0, within(5 * deviation));
    assertThat(squares / count).isCloseTo(1, within(5 * Math.sqrt(2) * deviation));
    assertThat(cubes / count).isCloseTo(0, within(5 * Math.sqrt(15) * deviation));
    assertThat(fourths / count).isCloseTo(3, within(5 * Math.sqrt(96) * deviation));
    double[] expected = {1, 0.3173105079, 0.0455002639, 0.0026997961, 0.0000633425};
    for (int s = 1; s < beyond.length; s++) {
      double spread = Math.sqrt(expected[s] * (1 - expected[s]) / count);
      assertThat((double) beyond[s] / count)
          .as("share beyond %d deviations", s)
          .isCloseTo(expected[s], within(5 * spread));
    }
  }

  @Test
  void uniformFillsItsInterval() {
    SeededOperands source = operands(OperandDistribution.UNIFORM, 5);
    double sum = 0;
    double squares = 0;
    for (int row = 0; row < 64; row++) {
      for (float value : activationRow(source, 0, row)) {
        assertThat(value >= -1.0f && value < 1.0f).isTrue();
        sum += value;
        squares += (double) value * value;
      }
    }
    int count = 64 * SHAPE.k();
    assertThat(sum / count).isCloseTo(0, within(5 / Math.sqrt(3.0 * count)));
    assertThat(squares / count).isCloseTo(1.0 / 3, within(5 * 0.3 / Math.sqrt(count)));
  }

  @Test
  void zerosAreZeros() {
    SeededOperands source = operands(OperandDistribution.ZEROS, 5);
    float[] values = new float[SHAPE.n()];
    Arrays.fill(values, Float.NaN);
    source.residualRow(0, 0, values);
    assertThat(values).containsOnly(0.0f);
    assertThat(activationRow(source, 0, 0)).containsOnly(0.0f);
  }
}
