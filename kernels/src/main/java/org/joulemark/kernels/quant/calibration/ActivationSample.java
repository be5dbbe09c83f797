package org.joulemark.kernels.quant.calibration;

import java.util.Arrays;

/**
 * The finite numbers that one linear part was given while a calibration set was carried out.
 * Infinite ones are left out: they saturate under every scale. Immutable.
 */
public final class ActivationSample {
  private final float[] values;
  private final float low;
  private final float high;

  private ActivationSample(float[] values) {
    this.values = values;
    float least = 0;
    float most = 0;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    this.low = least;
    this.high = most;
  }

  /**
   * Of X.
   *
   * @param x [M][K]
   * @throws IllegalArgumentException if there are no finite numbers, or naming the first NaN
   */
  public static ActivationSample of(float[][] x) {
    int count = 0;
    float[] values = new float[Arrays.stream(x).mapToInt(row -> row.length).sum()];
    for (int m = 0; m < x.length; m++) {
      for (int k = 0; k < x[m].length; k++) {
        float value = x[m][k];
        if (Float.isNaN(value)) {
          throw new IllegalArgumentException(
              "NaN in row " + m + ", column " + k + " cannot be calibrated for.");
        }
        if (!Float.isInfinite(value)) {
          values[count++] = value;
        }
      }
    }
    if (count == 0) {
      throw new IllegalArgumentException("A calibration needs at least one finite number.");
    }
    return new ActivationSample(Arrays.copyOf(values, count));
  }

  /** The smallest number, at most 0. */
  public float low() {
    return low;
  }

  /** The largest number, at least 0. */
  public float high() {
    return high;
  }

  /** The largest magnitude. */
  public float absmax() {
    return Math.max(-low, high);
  }

  /** How many numbers. */
  public int size() {
    return values.length;
  }

  /** One of them. */
  float value(int index) {
    return values[index];
  }

  /** The magnitudes, ascending. */
  float[] sortedMagnitudes() {
    float[] magnitudes = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      magnitudes[i] = Math.abs(values[i]);
    }
    Arrays.parallelSort(magnitudes);
    return magnitudes;
  }
}
