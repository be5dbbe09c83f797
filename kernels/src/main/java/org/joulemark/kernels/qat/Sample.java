package org.joulemark.kernels.qat;

/** A sequence and what the layer makes of it with nothing quantized. */
final class Sample {
  private final double[][] input;
  private final double[][] target;
  private final double squares;

  /**
   * Carries a sequence through the layer.
   *
   * @param input [n][H], the residual stream before the layer
   */
  Sample(TrainableLayer layer, double[][] input) {
    this.input = input;
    this.target = layer.plain(input);
    double sum = 0;
    for (double[] row : target) {
      sum += squares(row);
    }
    this.squares = sum;
  }

  /** [n][H]. */
  double[][] input() {
    return input;
  }

  /** Each token's share of the loss ‖y − y₀‖²/‖y₀‖². */
  double[] losses(double[][] y) {
    double[] losses = new double[y.length];
    for (int m = 0; m < y.length; m++) {
      losses[m] = squares(difference(y, m)) / squares;
    }
    return losses;
  }

  /** The loss's derivative by y, times a factor. */
  double[][] gradient(double[][] y, double factor) {
    double[][] gradient = new double[y.length][];
    for (int m = 0; m < y.length; m++) {
      gradient[m] = difference(y, m);
      for (int i = 0; i < gradient[m].length; i++) {
        gradient[m][i] *= 2 * factor / squares;
      }
    }
    return gradient;
  }

  private double[] difference(double[][] y, int row) {
    double[] difference = y[row].clone();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= target[row][i];
    }
    return difference;
  }

  private static double squares(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return sum;
  }
}
