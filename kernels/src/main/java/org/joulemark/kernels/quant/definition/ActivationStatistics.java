package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.LinearScheme.Dynamic;

/**
 * How the activations of one call are distributed, over the whole tensor.
 *
 * @param absmax the largest magnitude
 * @param rms √(mean of x²)
 * @param outlierShare the share of |x| &gt; 6·rms
 * @param kurtosis mean of x⁴ / (mean of x²)²: 3 for normal numbers; 0 for nothing but zeros
 */
public record ActivationStatistics(
    double absmax, double rms, double outlierShare, double kurtosis) {

  /**
   * Of X.
   *
   * @param x [M][K]
   */
  public static ActivationStatistics of(float[][] x) {
    double absmax = 0;
    double squares = 0;
    double fourths = 0;
    long count = 0;
    for (float[] row : x) {
      for (float value : row) {
        double square = (double) value * value;
        absmax = Math.max(absmax, Math.abs(value));
        squares += square;
        fourths += square * square;
      }
      count += row.length;
    }
    if (squares == 0) {
      return new ActivationStatistics(0, 0, 0, 0);
    }
    double rms = Math.sqrt(squares / count);
    long outliers = 0;
    for (float[] row : x) {
      for (float value : row) {
        if (Math.abs(value) > Dynamic.OUTLIER_RMS * rms) {
          outliers++;
        }
      }
    }
    double kurtosis = fourths / count / (squares / count) / (squares / count);
    return new ActivationStatistics(absmax, rms, (double) outliers / count, kurtosis);
  }

  /** Whether a call with these activations runs in INT8. */
  public boolean quantizesWell(Dynamic scheme) {
    return outlierShare <= scheme.outlierShare() && kurtosis <= scheme.kurtosis();
  }
}
