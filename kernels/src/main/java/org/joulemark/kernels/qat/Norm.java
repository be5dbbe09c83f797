package org.joulemark.kernels.qat;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * RMSNorm or LayerNorm over rows and its derivative by the input: with x̄ = (x − mean)·r, r =
 * 1/√(variance + ε), y = x̄·w + b and g = dy·w, dx = r·(g − mean(g) − x̄·mean(g·x̄)); RMSNorm has
 * no means of x and g.
 */
final class Norm {
  private final double[] weight;
  private final double[] bias;
  private final boolean centred;
  private final double epsilon;

  /**
   * A norm.
   *
   * @param centred whether it is a LayerNorm
   */
  Norm(float[] weight, float[] bias, boolean centred, double epsilon) {
    this.weight = widen(weight);
    this.bias = widen(bias);
    this.centred = centred;
    this.epsilon = epsilon;
  }

  private static double[] widen(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  /** y [M][H]. */
  double[][] forward(double[][] x) {
    double[][] y = new double[x.length][];
    IntStream.range(0, x.length).parallel().forEach(m -> y[m] = forward(x[m]));
    return y;
  }

  /** dx [M][H] of the x that {@link #forward} was given. */
  double[][] backward(double[][] x, double[][] dy) {
    double[][] dx = new double[x.length][];
    IntStream.range(0, x.length).parallel().forEach(m -> dx[m] = backward(x[m], dy[m]));
    return dx;
  }

  private double[] forward(double[] x) {
    double[] y = normalised(x);
    for (int i = 0; i < y.length; i++) {
      y[i] = y[i] * weight[i] + bias[i];
    }
    return y;
  }

  private double[] backward(double[] x, double[] dy) {
    int n = x.length;
    double[] normalised = normalised(x);
    double meanGradient = 0;
    double meanProduct = 0;
    for (int i = 0; i < n; i++) {
      double g = dy[i] * weight[i];
      meanGradient += g / n;
      meanProduct += g * normalised[i] / n;
    }
    double shift = centred ? meanGradient : 0;
    double scale = scale(x);
    double[] dx = new double[n];
    for (int i = 0; i < n; i++) {
      dx[i] = scale * (dy[i] * weight[i] - shift - normalised[i] * meanProduct);
    }
    return dx;
  }

  private double[] normalised(double[] x) {
    double mean = mean(x);
    double scale = scale(x);
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (x[i] - mean) * scale;
    }
    return y;
  }

  private double mean(double[] x) {
    return centred ? Arrays.stream(x).sum() / x.length : 0;
  }

  private double scale(double[] x) {
    double mean = mean(x);
    double squares = 0;
    for (double value : x) {
      squares += (value - mean) * (value - mean);
    }
    return 1 / Math.sqrt(squares / x.length + epsilon);
  }
}
