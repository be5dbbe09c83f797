package org.joulemark.kernels.quant.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.LinearScheme.Int8;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearDefinitionsTest {
  private static final double NONE = Double.POSITIVE_INFINITY;

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 7, 5", "4, 1, 129", "2, 9, 64"})
  void zeroPointsAreCorrectedExactly(int m, int n, int k) {
    double[][] x = matrix(m, k, 3);
    float[][] w = weights(n, k);
    double[][] y = product(scheme("int8-asym"), PartScales.NONE, x, w);
    for (int i = 0; i < m; i++) {
      Int8Row row = Int8Row.asymmetric(floats(x[i]));
      for (int j = 0; j < n; j++) {
        Int8Row channel = Int8Row.symmetric(w[j]);
        long products = 0;
        long sum = 0;
        for (int c = 0; c < k; c++) {
          products += row.codes()[c] * channel.codes()[c];
          sum += channel.codes()[c];
        }
        double corrected =
            (double) row.scale() * channel.scale() * (products - row.zeroPoint() * sum);
        assertThat(y[i][j]).isCloseTo(corrected, within(1e-9 * (1 + Math.abs(corrected))));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym/per-tensor/mse", "int8-asym/per-tensor", "fp8/per-tensor"})
  void aStaticScaleMustBeThere(String id) {
    LinearDefinition definition = definition(scheme(id), PartScales.NONE, weights(2, 3));
    assertThatThrownBy(() -> definition.call(new double[][] {{1, 2, 3}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("down")
        .hasMessageContaining("calibrated");
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym", "int8-asym", "fp8", "llm-int8", "dynamic"})
  void nanIsNamedByItsPlace(String id) {
    LinearDefinition definition = definition(scheme(id), PartScales.NONE, weights(2, 3));
    assertThatThrownBy(() -> definition.call(new double[][] {{1, 2, 3}, {1, Double.NaN, 3}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("down hold NaN: row 1, column 1");
  }

  @Test
  void scalesOfAnotherWidthAreRefused() {
    PartScales rows = new PartScales(Double.NaN, 0, new float[] {1, 1, 1}, new float[0]);
    PartScales columns = new PartScales(Double.NaN, 0, new float[0], new float[] {1, 1});
    assertThatThrownBy(() -> definition(scheme("int8-sym"), rows, weights(2, 3)))
        .hasMessageContaining("3 weight scales");
    assertThatThrownBy(() -> definition(scheme("int8-sym"), columns, weights(2, 3)))
        .hasMessageContaining("2 smoothing factors");
  }

  @Test
  void givenScalesAreUsed() {
    PartScales scales = new PartScales(0.5, 0, new float[] {0.25f, 2}, new float[0]);
    LinearDefinition definition =
        definition(scheme("int8-sym/per-tensor"), scales, new float[][] {{1, 0.1f}, {1, 5}});
    LinearDefinition.Call call = definition.call(new double[][] {{0.7, -100}});
    assertThat(call.activations()[0]).containsExactly(0.5, -63.5);
    assertThat(row(call, 0, 1, 0.2f)).containsExactly(1, 0.25);
    assertThat(row(call, 1, 1, 5)).containsExactly(0, 4);
  }

  @Test
  void smoothingMovesSpreadAndChangesNothingElse() {
    double[][] x = matrix(5, 33, 1);
    for (double[] row : x) {
      row[4] *= 64;
    }
    float[][] w = weights(7, 33);
    float[] factors = new float[33];
    Arrays.fill(factors, 1);
    factors[4] = 16;
    LinearScheme smooth = new Int8(ActivationScaling.PER_TOKEN, false, "minmax", 0.5, NONE);
    PartScales scales = new PartScales(Double.NaN, 0, new float[0], factors);
    double[][] exact = product(scheme("fp16"), PartScales.NONE, x, w);
    double smoothed = error(product(smooth, scales, x, w), exact);
    double plain = error(product(scheme("int8-sym"), PartScales.NONE, x, w), exact);
    assertThat(smoothed).isLessThan(plain / 2);
  }

  @Test
  void outlierColumnsStayAsTheyAreInTheBasePrecision() {
    double[][] x = {{0.5, 100.03, 1, -2}, {0.25, 0.1, -1, 3}};
    LinearDefinition definition = definition(scheme("llm-int8"), PartScales.NONE, weights(2, 4));
    double[][] seen = definition.call(x).activations();
    // 100.03 is no FP16; the second row's 0.1 belongs to the column too.
    assertThat(seen[0][1]).isEqualTo(100.0);
    assertThat(seen[1][1]).isCloseTo(0.1, within(1e-4)).isNotEqualTo(0.1);
    // The others have the scale of what is left: 2 / 127 and 3 / 127.
    assertThat(seen[0][3]).isCloseTo(-2, within(1e-6));
    assertThat(seen[0][0]).isCloseTo(0.5, within(2 / 254.0 + 1e-6));
    assertThat(seen[0][0]).isNotEqualTo(0.5);
  }

  @Test
  void noMoreThanTheFirstOutlierColumnsAreSeparated() {
    float[][] x = new float[2][400];
    for (int k = 1; k < 400; k += 2) {
      x[1][k] = k == 1 ? Float.POSITIVE_INFINITY : 7;
    }
    int[] columns = OutlierColumns.of(x, 6);
    assertThat(columns).hasSize(Int8.MOST_OUTLIER_COLUMNS).startsWith(1, 3, 5).endsWith(255);
    assertThat(OutlierColumns.of(x, 7)).containsExactly(1);
    assertThat(OutlierColumns.of(new float[0][], 6)).isEmpty();
  }

  @Test
  void statisticsByHand() {
    float[][] x = new float[10][100];
    x[3][7] = 20;
    for (int i = 0; i < 100; i++) {
      x[0][i] = i % 2 == 0 ? 1 : -1;
    }
    ActivationStatistics statistics = ActivationStatistics.of(x);
    assertThat(statistics.absmax()).isEqualTo(20);
    assertThat(statistics.rms()).isCloseTo(Math.sqrt(0.5), within(1e-12));
    assertThat(statistics.outlierShare()).isEqualTo(0.001);
    assertThat(statistics.kurtosis()).isCloseTo((100 + 160000) / 1000.0 / 0.25, within(1e-9));
    ActivationStatistics zeros = ActivationStatistics.of(new float[2][3]);
    assertThat(zeros.kurtosis()).isZero();
    assertThat(zeros.outlierShare()).isZero();
  }

  @Test
  void dynamicCallsDecideByTheirOwnActivations() {
    LinearDefinition definition = definition(scheme("dynamic"), PartScales.NONE, weights(2, 64));
    double[][] calm = matrix(4, 64, 0);
    double[][] wild = matrix(4, 64, 0);
    wild[2][5] = 500;
    assertThat(definition.call(calm).activations()).isNotEqualTo(calm);
    assertThat(definition.call(wild).activations()).isEqualTo(wild);
    float[] w = weights(2, 64)[1];
    double[] plain = new double[64];
    definition.call(wild).weight(1, w, plain);
    assertThat(plain[9]).isEqualTo(w[9]);
    double[][] infinite = matrix(4, 64, 0);
    infinite[0][0] = Double.POSITIVE_INFINITY;
    assertThat(definition.call(infinite).activations()).isEqualTo(infinite);
  }

  @Test
  void fp8HasOneWeightScaleForThePartOrOneForEachChannel() {
    float[][] w = {{448, 1}, {1, 0.30f}};
    PartScales scales = new PartScales(1, 0, new float[0], new float[0]);
    LinearDefinition.Call whole =
        definition(scheme("fp8/per-tensor"), scales, w).call(new double[][] {{1, 1}});
    LinearDefinition.Call channels =
        definition(scheme("fp8"), PartScales.NONE, w).call(new double[][] {{1, 1}});
    // 0.3 with a scale of 1; with one of 1/448 it is 134.4, between 128 and 144.
    assertThat(row(whole, 1, 1, 0.30f)).containsExactly(1, 0.3125);
    assertThat(row(channels, 1, 1, 0.30f)[1]).isCloseTo(128 / 448.0, within(1e-7));
  }

  @Test
  void weightsAloneAreQuantizedInTheirGroups() {
    float[][] w = weights(3, 300);
    double[][] x = matrix(2, 300, 0);
    LinearDefinition.Call int4 = definition(scheme("w4a16"), PartScales.NONE, w).call(x);
    assertThat(int4.activations()).isEqualTo(x);
    double[] into = new double[300];
    int4.weight(2, w[2], into);
    Int4Groups groups = Int4Groups.of(w[2], 128);
    assertThat(groups.scales()).hasSize(3);
    for (int k = 0; k < 300; k++) {
      assertThat(into[k]).isEqualTo(groups.value(k));
    }
  }

  private static LinearScheme scheme(String id) {
    return Strategies.parse(id).linear();
  }

  private static LinearDefinition definition(
      LinearScheme scheme, PartScales scales, float[][] weights) {
    return LinearDefinitions.of(scheme, ElementType.FP16, LinearPart.DOWN, scales, rows(weights));
  }

  private static WeightRows rows(float[][] weights) {
    return new WeightRows() {
      @Override
      public int rows() {
        return weights.length;
      }

      @Override
      public int columns() {
        return weights[0].length;
      }

      @Override
      public void row(int row, float[] into) {
        System.arraycopy(weights[row], 0, into, 0, into.length);
      }
    };
  }

  private static double[] row(LinearDefinition.Call call, int row, float... weight) {
    double[] into = new double[weight.length];
    call.weight(row, weight, into);
    return into;
  }

  private static double[][] product(
      LinearScheme scheme, PartScales scales, double[][] x, float[][] w) {
    LinearDefinition.Call call = definition(scheme, scales, w).call(x);
    double[][] y = new double[x.length][w.length];
    double[] row = new double[w[0].length];
    for (int n = 0; n < w.length; n++) {
      call.weight(n, w[n], row);
      for (int m = 0; m < x.length; m++) {
        for (int k = 0; k < row.length; k++) {
          y[m][n] += call.activations()[m][k] * row[k];
        }
      }
    }
    return y;
  }

  private static double error(double[][] y, double[][] exact) {
    double errors = 0;
    double squares = 0;
    for (int m = 0; m < y.length; m++) {
      for (int n = 0; n < y[m].length; n++) {
        errors += (y[m][n] - exact[m][n]) * (y[m][n] - exact[m][n]);
        squares += exact[m][n] * exact[m][n];
      }
    }
    return Math.sqrt(errors / squares);
  }

  /** Numbers that FP16 holds. */
  private static double[][] matrix(int rows, int columns, double shift) {
    SplittableRandom random = new SplittableRandom(rows * 31L + columns);
    double[][] x = new double[rows][columns];
    for (double[] row : x) {
      Arrays.setAll(row, k -> Math.rint(64 * (random.nextGaussian() + shift)) / 64);
    }
    return x;
  }

  private static float[][] weights(int rows, int columns) {
    double[][] numbers = matrix(rows, columns, 0.1);
    return Arrays.stream(numbers).map(LinearDefinitionsTest::floats).toArray(float[][]::new);
  }

  private static float[] floats(double[] row) {
    float[] floats = new float[row.length];
    for (int k = 0; k < row.length; k++) {
      floats[k] = (float) row[k];
    }
    return floats;
  }
}
