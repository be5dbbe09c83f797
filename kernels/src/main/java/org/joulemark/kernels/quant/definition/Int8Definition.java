package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme.Int8;
import org.joulemark.kernels.quant.PartScales;

/**
 * W8A8. The products of codes that engines correct for zero points are, without rounding, those of
 * the numbers that the codes stand for: Σ (x_q − z)·w_q = Σ x_q·w_q − z·Σ w_q.
 */
final class Int8Definition implements LinearDefinition {
  private final Int8 scheme;
  private final LinearPart part;
  private final PartScales scales;

  Int8Definition(Int8 scheme, LinearPart part, PartScales scales) {
    this.scheme = scheme;
    this.part = part;
    this.scales = scales;
  }

  @Override
  public Call call(double[][] x) {
    float[][] smoothed = Activations.toFp32(part, smooth(x));
    double[][] activations = new double[x.length][];
    if (scheme.separatesOutliers()) {
      separate(smoothed, activations);
    } else {
      for (int m = 0; m < x.length; m++) {
        activations[m] = values(quantize(smoothed[m]));
      }
    }
    return new Call() {
      @Override
      public double[][] activations() {
        return activations;
      }

      @Override
      public void weight(int row, float[] weight, double[] into) {
        Int8Row quantized = quantizeWeight(row, weight);
        for (int k = 0; k < weight.length; k++) {
          into[k] = quantized.value(k);
        }
      }
    };
  }

  /** What engines fold into the weight of the norm before the part. */
  private double[][] smooth(double[][] x) {
    float[] factors = scales.smoothing();
    if (factors.length == 0) {
      return x;
    }
    double[][] smoothed = new double[x.length][];
    for (int m = 0; m < x.length; m++) {
      smoothed[m] = x[m].clone();
      for (int k = 0; k < factors.length; k++) {
        smoothed[m][k] /= factors[k];
      }
    }
    return smoothed;
  }

  private Int8Row quantize(float[] x) {
    if (scheme.activations() == ActivationScaling.PER_TOKEN) {
      return scheme.asymmetric() ? Int8Row.asymmetric(x) : Int8Row.symmetric(x);
    }
    float scale = Activations.requireScale(part, scales.activationScale());
    return scheme.asymmetric()
        ? Int8Row.asymmetric(x, scale, scales.activationZeroPoint())
        : Int8Row.symmetric(x, scale);
  }

  /** Outlier columns stay as they are; the others are quantized as if those held zeros. */
  private void separate(float[][] x, double[][] into) {
    int[] outliers = OutlierColumns.of(x, (float) scheme.outlierThreshold());
    for (int m = 0; m < x.length; m++) {
      float[] rest = x[m].clone();
      for (int k : outliers) {
        rest[k] = 0;
      }
      into[m] = values(quantize(rest));
      for (int k : outliers) {
        into[m][k] = x[m][k];
      }
    }
  }

  private Int8Row quantizeWeight(int row, float[] weight) {
    float[] factors = scales.smoothing();
    float[] smoothed = weight;
    if (factors.length > 0) {
      smoothed = new float[weight.length];
      for (int k = 0; k < weight.length; k++) {
        smoothed[k] = weight[k] * factors[k];
      }
    }
    float[] given = scales.weightScales();
    return given.length == 0
        ? Int8Row.symmetric(smoothed)
        : Int8Row.symmetric(smoothed, given[row]);
  }

  private static double[] values(Int8Row row) {
    double[] values = new double[row.codes().length];
    for (int k = 0; k < values.length; k++) {
      values[k] = row.value(k);
    }
    return values;
  }
}
