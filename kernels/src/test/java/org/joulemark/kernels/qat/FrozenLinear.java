package org.joulemark.kernels.qat;

import java.util.Arrays;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.jspecify.annotations.Nullable;

/**
 * A linear part in which every rounding keeps the shift that it had in the first forward: s·(x/s +
 * shift) inside the codes' range, ±127·s beyond. That is the smooth function whose derivatives the
 * straight-through estimator takes, so finite differences of it say what they must be.
 */
final class FrozenLinear implements TrainableLinear {
  private final double[][] weight;
  private final int columns;
  // s_x, then s_w, then t.
  private double[] scales = {};
  private double @Nullable [][] inputShifts;
  private double @Nullable [][] weightShifts;

  FrozenLinear(WeightRows rows) {
    columns = rows.columns();
    weight = new double[rows.rows()][columns];
    float[] row = new float[columns];
    for (int n = 0; n < weight.length; n++) {
      rows.row(n, row);
      for (int k = 0; k < columns; k++) {
        weight[n][k] = row[k];
      }
    }
  }

  @Override
  public int outFeatures() {
    return weight.length;
  }

  @Override
  public int inFeatures() {
    return columns;
  }

  @Override
  public double[][] plain(double[][] x) {
    return product(x, weight);
  }

  @Override
  public void scales(PartScales given) {
    scales = new double[1 + weight.length + columns];
    Arrays.fill(scales, 1);
    scales[0] = given.activationScale();
    for (int n = 0; n < weight.length; n++) {
      scales[1 + n] = given.weightScales()[n];
    }
    for (int k = 0; k < given.smoothing().length; k++) {
      scales[1 + weight.length + k] = given.smoothing()[k];
    }
  }

  /** The scale of index 0 is the activations', then come the channels', then the factors. */
  void multiplyScale(int index, double factor) {
    scales[index] *= factor;
  }

  double scale(int index) {
    return scales[index];
  }

  @Override
  public double[][] forward(double[][] x) {
    double[][] input = smoothed(x, -1);
    double[][] columnsTimesFactors = smoothed(weight, 1);
    if (inputShifts == null || weightShifts == null) {
      inputShifts = new double[x.length][columns];
      weightShifts = new double[weight.length][columns];
      for (int m = 0; m < x.length; m++) {
        shifts(input[m], scales[0], inputShifts[m]);
      }
      for (int n = 0; n < weight.length; n++) {
        shifts(columnsTimesFactors[n], scales[1 + n], weightShifts[n]);
      }
    }
    for (int m = 0; m < x.length; m++) {
      input[m] = frozen(input[m], scales[0], inputShifts[m]);
    }
    for (int n = 0; n < weight.length; n++) {
      columnsTimesFactors[n] = frozen(columnsTimesFactors[n], scales[1 + n], weightShifts[n]);
    }
    return product(input, columnsTimesFactors);
  }

  private double[][] smoothed(double[][] rows, int power) {
    double[][] smoothed = new double[rows.length][columns];
    for (int m = 0; m < rows.length; m++) {
      for (int k = 0; k < columns; k++) {
        smoothed[m][k] = rows[m][k] * Math.pow(scales[1 + weight.length + k], power);
      }
    }
    return smoothed;
  }

  private static void shifts(double[] x, double scale, double[] into) {
    for (int k = 0; k < x.length; k++) {
      into[k] = Math.rint(x[k] / scale) - x[k] / scale;
    }
  }

  private static double[] frozen(double[] x, double scale, double[] shifts) {
    double[] y = new double[x.length];
    for (int k = 0; k < x.length; k++) {
      double steps = x[k] / scale;
      y[k] = Math.abs(steps) <= 127 ? x[k] + shifts[k] * scale : Math.signum(steps) * 127 * scale;
    }
    return y;
  }

  private static double[][] product(double[][] x, double[][] w) {
    double[][] y = new double[x.length][w.length];
    for (int m = 0; m < x.length; m++) {
      for (int n = 0; n < w.length; n++) {
        for (int k = 0; k < w[n].length; k++) {
          y[m][n] += x[m][k] * w[n][k];
        }
      }
    }
    return y;
  }

  @Override
  public Gradients backward(double[][] dy) {
    throw new UnsupportedOperationException("differences are taken of it");
  }

  @Override
  public void close() {}
}
