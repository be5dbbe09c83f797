package org.joulemark.kernels.qat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.joulemark.kernels.selftest.SelfTestFailure;

/**
 * Holds what an engine trains with against {@link HostLinear}, over seeded numbers of which some
 * lie beyond the codes' range.
 */
public final class LinearGradientCheck {
  private final int rows;
  private final int columns;
  private final int tokens;
  private final boolean factors;
  private final Random random = new Random(5);
  private final float[][] weight;

  /**
   * A part.
   *
   * @param factors whether its inputs have factors
   */
  public LinearGradientCheck(int rows, int columns, int tokens, boolean factors) {
    this.rows = rows;
    this.columns = columns;
    this.tokens = tokens;
    this.factors = factors;
    this.weight = new float[rows][columns];
    for (float[] row : weight) {
      for (int k = 0; k < columns; k++) {
        row[k] = half(random.nextGaussian() / Math.sqrt(columns));
      }
    }
  }

  /** Exact in FP16, so that every engine's codes are of the same numbers. */
  private static float half(double value) {
    return (float) (Math.rint(value * 256) / 256);
  }

  /** Its weight. */
  public WeightRows weight() {
    return new WeightRows() {
      @Override
      public int rows() {
        return rows;
      }

      @Override
      public int columns() {
        return columns;
      }

      @Override
      public void row(int row, float[] into) {
        System.arraycopy(weight[row], 0, into, 0, columns);
      }
    };
  }

  /**
   * Compares products and derivatives, each as a whole.
   *
   * @param bound the largest relative Frobenius error
   * @return one sentence for the row of a self-test
   * @throws SelfTestFailure naming what is further off
   */
  public String compare(TrainableLinear actual, double bound) {
    try (HostLinear expected = new HostLinear(weight())) {
      double[][] x = numbers(tokens, columns, 1);
      double[][] dy = numbers(tokens, rows, 1);
      double worst = require("the plain product", expected.plain(x), actual.plain(x), bound);
      PartScales scales = scales();
      expected.scales(scales);
      actual.scales(scales);
      worst =
          Math.max(worst, require("the product", expected.forward(x), actual.forward(x), bound));
      TrainableLinear.Gradients want = expected.backward(dy);
      TrainableLinear.Gradients have = actual.backward(dy);
      worst = Math.max(worst, require("dX", want.input(), have.input(), bound));
      worst =
          Math.max(
              worst,
              require(
                  "the activation scale's derivative",
                  new double[][] {{want.activationScale()}},
                  new double[][] {{have.activationScale()}},
                  10 * bound));
      worst =
          Math.max(
              worst,
              require(
                  "the weight scales' derivative",
                  new double[][] {want.weightScales()},
                  new double[][] {have.weightScales()},
                  bound));
      worst =
          Math.max(
              worst,
              require(
                  "the factors' derivative",
                  new double[][] {want.smoothing()},
                  new double[][] {have.smoothing()},
                  bound));
      return String.format(
          Locale.ROOT,
          "relative error %.1e of at most %.0e in products and derivatives.",
          worst,
          bound);
    }
  }

  private double[][] numbers(int m, int n, double deviation) {
    double[][] numbers = new double[m][n];
    for (double[] row : numbers) {
      Arrays.setAll(row, i -> half(random.nextGaussian() * deviation));
    }
    return numbers;
  }

  /** Such that about one number in fifty is beyond the codes' range. */
  private PartScales scales() {
    float[] weightScales = new float[rows];
    for (int n = 0; n < rows; n++) {
      weightScales[n] = (float) (2.3 / Math.sqrt(columns) / 127 * (1 + 0.1 * (n % 3)));
    }
    float[] smoothing = new float[factors ? columns : 0];
    for (int k = 0; k < smoothing.length; k++) {
      smoothing[k] = 0.9f + 0.05f * (k % 5);
    }
    return new PartScales((float) (2.3 / 127), 0, weightScales, smoothing);
  }

  private static double require(String what, double[][] expected, double[][] actual, double bound) {
    double error = 0;
    double squares = 0;
    for (int m = 0; m < expected.length; m++) {
      for (int i = 0; i < expected[m].length; i++) {
        double difference = actual[m][i] - expected[m][i];
        error += difference * difference;
        squares += expected[m][i] * expected[m][i];
      }
    }
    double relative = error == 0 ? 0 : Math.sqrt(error / squares);
    if (!(relative <= bound)) {
      throw new SelfTestFailure(
          String.format(Locale.ROOT, "%s is off by %.2e, of at most %.0e.", what, relative, bound));
    }
    return relative;
  }
}
