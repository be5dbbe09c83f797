package org.joulemark.kernels.quant.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalibratorsTest {
  private static final int COUNT = 200_000;
  private final ActivationSample normal = drawn(SplittableRandom::nextGaussian);

  @Test
  void minMaxLetsNothingSaturate() {
    ActivationSample sample = sample(1, -3, 2.5f, 0);
    assertThat(Calibrators.get("minmax").fit(sample, CodeFormat.INT8_SYMMETRIC))
        .isEqualTo(new FittedScale(3 / 127f, 0));
    assertThat(Calibrators.get("minmax").fit(sample, CodeFormat.FP8_E4M3))
        .isEqualTo(new FittedScale(3 / 448f, 0));
    FittedScale asymmetric = Calibrators.get("minmax").fit(sample, CodeFormat.INT8_ASYMMETRIC);
    assertThat(asymmetric.scale()).isEqualTo(5.5f / 255);
    assertThat(asymmetric.zeroPoint()).isEqualTo(Math.round(-128 + 3 * 255 / 5.5));
  }

  @Test
  void thePercentileIsTheNearestRank() {
    float[] ascending = new float[20_000];
    for (int i = 0; i < ascending.length; i++) {
      ascending[i] = i % 2 == 0 ? i + 1 : -(i + 1);
    }
    // Of 1 … 20000, two are beyond.
    assertThat(Calibrators.get("percentile").threshold(sample(ascending), CodeFormat.FP8_E4M3))
        .isEqualTo(19_998);
  }

  @Test
  void aFewNumbersAmongZerosAreNotCutAway() {
    float[] sparse = new float[100_000];
    sparse[7] = 4;
    assertThat(Calibrators.get("percentile").threshold(sample(sparse), CodeFormat.INT8_SYMMETRIC))
        .isEqualTo(4);
  }

  /**
   * Banner, Nahshan, Soudry, "Post training 4-bit quantization of convolutional networks", NeurIPS
   * 2019, give the thresholds of least squared error: at 8 bits 3.92 σ for normal numbers and 9.89
   * b for Laplace's distribution.
   */
  @Test
  void theLeastSquaredErrorIsWhereTheoryHasIt() {
    Calibrator mse = Calibrators.get("mse");
    assertThat((double) mse.threshold(normal, CodeFormat.INT8_SYMMETRIC))
        .isCloseTo(3.92, within(0.25));
    ActivationSample laplace =
        drawn(random -> Math.log(1 - random.nextDouble()) * (random.nextBoolean() ? 1 : -1));
    assertThat((double) mse.threshold(laplace, CodeFormat.INT8_SYMMETRIC))
        .isCloseTo(9.89, within(1.0));
  }

  @ParameterizedTest
  @EnumSource(CodeFormat.class)
  void noCalibratorHasLessSquaredErrorThanMse(CodeFormat format) {
    for (double outlier : new double[] {0, 9, 40, 400}) {
      ActivationSample sample = withOutliers(outlier);
      double least = squaredError(sample, "mse", format);
      for (Calibrator calibrator : Calibrators.all()) {
        assertThat(least)
            .as(calibrator.id() + " with an outlier of " + outlier)
            .isLessThanOrEqualTo(squaredError(sample, calibrator.id(), format) * 1.02);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mse", "entropy", "percentile"})
  void aRareOutlierIsLetSaturate(String id) {
    ActivationSample sample = withOutliers(15);
    float threshold = Calibrators.get(id).threshold(sample, CodeFormat.INT8_SYMMETRIC);
    assertThat(threshold).isBetween(3.2f, 10.0f);
    // The others pay less than half for it.
    FittedScale fitted = Calibrators.get(id).fit(sample, CodeFormat.INT8_SYMMETRIC);
    FittedScale all = Calibrators.get("minmax").fit(sample, CodeFormat.INT8_SYMMETRIC);
    assertThat(squaredError(normal, fitted, CodeFormat.INT8_SYMMETRIC))
        .isLessThan(0.5 * squaredError(normal, all, CodeFormat.INT8_SYMMETRIC));
  }

  @Test
  void entropyKeepsMassThatIsNotRare() {
    // A fifth of the numbers at ±10: cutting them off diverges more than wider steps do.
    ActivationSample twoHumps =
        drawn(random -> random.nextInt(5) == 0 ? 10 : random.nextGaussian());
    assertThat(Calibrators.get("entropy").threshold(twoHumps, CodeFormat.INT8_SYMMETRIC))
        .isGreaterThan(9.9f);
  }

  @ParameterizedTest
  @EnumSource(CodeFormat.class)
  void everyInputHasAScaleThatCanBeDividedBy(CodeFormat format) {
    float[][] rows = {
      {0, 0},
      {-5, -5, -5},
      {Float.MIN_VALUE},
      {Float.MAX_VALUE, -Float.MAX_VALUE},
      {1, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}
    };
    for (float[] row : rows) {
      for (Calibrator calibrator : Calibrators.all()) {
        FittedScale fitted = calibrator.fit(sample(row), format);
        assertThat(fitted.scale()).as(calibrator.id()).isPositive().isFinite();
        assertThat(format.value(0, fitted)).isZero();
      }
    }
    assertThat(Calibrators.get("minmax").fit(sample(rows[4]), CodeFormat.INT8_SYMMETRIC).scale())
        .isEqualTo(1 / 127f);
  }

  @Test
  void nanAndNothingAreRefused() {
    assertThatThrownBy(() -> sample(1, Float.NaN)).hasMessageContaining("row 0, column 1");
    assertThatThrownBy(() -> sample(Float.POSITIVE_INFINITY)).hasMessageContaining("finite");
    assertThatThrownBy(() -> Calibrators.get("best")).hasMessageContaining("minmax");
  }

  private static double squaredError(ActivationSample sample, String id, CodeFormat format) {
    return squaredError(sample, Calibrators.get(id).fit(sample, format), format);
  }

  private static double squaredError(
      ActivationSample sample, FittedScale fitted, CodeFormat format) {
    double squares = 0;
    for (int i = 0; i < sample.size(); i++) {
      double error = format.value(sample.value(i), fitted) - sample.value(i);
      squares += error * error;
    }
    return squares;
  }

  private static ActivationSample withOutliers(double outlier) {
    int[] drawn = {0};
    return drawn(
        random -> drawn[0]++ % (COUNT / 2) == 3 && outlier != 0 ? outlier : random.nextGaussian());
  }

  private static ActivationSample drawn(ToDoubleFunction<SplittableRandom> distribution) {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = (float) distribution.applyAsDouble(random);
    }
    return sample(values);
  }

  private static ActivationSample sample(float... values) {
    return ActivationSample.of(new float[][] {values});
  }
}
