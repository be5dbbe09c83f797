package org.joulemark.kernels.qat;

import java.util.stream.IntStream;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.quant.FakeQuantizer;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.jspecify.annotations.Nullable;

/** {@link TrainableLinear} in FP64 and plain loops: the specification that engines are held to. */
public final class HostLinear implements TrainableLinear {
  private final double[][] weight;
  private final int columns;
  private PartScales scales = PartScales.NONE;
  private double @Nullable [][] input;

  /** Keeps a copy of the matrix in FP64. */
  public HostLinear(WeightRows rows) {
    columns = rows.columns();
    weight = new double[rows.rows()][];
    for (int n = 0; n < weight.length; n++) {
      float[] row = new float[columns];
      rows.row(n, row);
      weight[n] = IntStream.range(0, columns).mapToDouble(k -> row[k]).toArray();
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
    scales = TrainableLinear.checked(given, weight.length, columns);
  }

  @Override
  public double[][] forward(double[][] x) {
    if (Double.isNaN(scales.activationScale())) {
      throw new IllegalStateException("no scales are set");
    }
    input = x;
    return product(quantizedInput(x), quantizedWeight());
  }

  @Override
  public Gradients backward(double[][] dy) {
    double[][] x = input;
    if (x == null) {
      throw new IllegalStateException("nothing has been carried forward");
    }
    double[][] quantizedWeight = quantizedWeight();
    double[][] quantizedInput = quantizedInput(x);
    double[][] dx = new double[x.length][columns];
    double[] weightScaleGradients = new double[weight.length];
    // t·∂L/∂t.
    double[] factorGradients = new double[columns];
    for (int n = 0; n < weight.length; n++) {
      float scale = scales.weightScales()[n];
      for (int k = 0; k < columns; k++) {
        double slope = FakeQuantizer.scaleSlope(weight[n][k] * factor(k), scale);
        for (int m = 0; m < x.length; m++) {
          dx[m][k] += dy[m][n] * quantizedWeight[n][k];
          weightScaleGradients[n] += dy[m][n] * quantizedInput[m][k] * slope;
          factorGradients[k] -= dy[m][n] * quantizedInput[m][k] * slope * scale;
        }
      }
    }
    double activationScaleGradient = 0;
    double scale = scales.activationScale();
    for (int m = 0; m < x.length; m++) {
      for (int k = 0; k < columns; k++) {
        double smoothed = x[m][k] / factor(k);
        double pull = dx[m][k] * FakeQuantizer.scaleSlope(smoothed, scale);
        activationScaleGradient += pull;
        factorGradients[k] += pull * scale;
        dx[m][k] *= FakeQuantizer.slope(smoothed, scale) / factor(k);
      }
    }
    return new Gradients(
        dx, activationScaleGradient, weightScaleGradients, byFactor(factorGradients));
  }

  private double[] byFactor(double[] gradients) {
    double[] byFactor = new double[scales.smoothing().length];
    for (int k = 0; k < byFactor.length; k++) {
      byFactor[k] = gradients[k] / factor(k);
    }
    return byFactor;
  }

  private double factor(int k) {
    float[] factors = scales.smoothing();
    return factors.length == 0 ? 1 : factors[k];
  }

  private double[][] quantizedInput(double[][] x) {
    double[][] quantized = new double[x.length][columns];
    for (int m = 0; m < x.length; m++) {
      for (int k = 0; k < columns; k++) {
        quantized[m][k] = FakeQuantizer.value(x[m][k] / factor(k), scales.activationScale());
      }
    }
    return quantized;
  }

  private double[][] quantizedWeight() {
    double[][] quantized = new double[weight.length][columns];
    for (int n = 0; n < weight.length; n++) {
      for (int k = 0; k < columns; k++) {
        quantized[n][k] = FakeQuantizer.value(weight[n][k] * factor(k), scales.weightScales()[n]);
      }
    }
    return quantized;
  }

  private static double[][] product(double[][] x, double[][] w) {
    double[][] y = new double[x.length][w.length];
    IntStream.range(0, w.length)
        .parallel()
        .forEach(
            n -> {
              for (int m = 0; m < x.length; m++) {
                double sum = 0;
                for (int k = 0; k < w[n].length; k++) {
                  sum += x[m][k] * w[n][k];
                }
                y[m][n] = sum;
              }
            });
    return y;
  }

  @Override
  public void close() {
    input = null;
  }
}
