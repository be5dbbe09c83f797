package org.joulemark.kernels.layer;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/** The parts of a pass in FP64, each over rows of tokens. */
final class ReferenceMath {
  // Rows of a weight that one task takes: enough to hide the cost of starting it.
  private static final int ROWS_PER_TASK = 16;

  private ReferenceMath() {}

  /** One tensor row as it is. */
  static float[] row(TensorSource source, TensorSpec tensor, int row) {
    float[] values = new float[tensor.columns()];
    source.row(tensor, row, values);
    return values;
  }

  /** A weight's rows in the form in which they are multiplied. Called from many threads. */
  @FunctionalInterface
  interface Weight {

    /**
     * Writes one row.
     *
     * @param stored room for the row as it is stored
     * @param into receives the row
     */
    void row(int row, float[] stored, double[] into);
  }

  /** Y[M, N] = X[M, K] · Wᵀ, W[N, K] as it is stored. */
  static double[][] matrixProduct(double[][] x, TensorSpec weight, TensorSource source) {
    return matrixProduct(
        x,
        weight.columns(),
        0,
        weight.rows(),
        (row, stored, into) -> {
          source.row(weight, row, stored);
          for (int k = 0; k < stored.length; k++) {
            into[k] = stored[k];
          }
        });
  }

  /** Y[M, to − from] = X[M, K] · W[from:to, K]ᵀ. */
  static double[][] matrixProduct(double[][] x, int columns, int from, int to, Weight weight) {
    double[][] transposed = transpose(x, columns);
    double[][] y = new double[x.length][to - from];
    int tasks = (to - from + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
    IntStream.range(0, tasks)
        .parallel()
        .forEach(
            task -> {
              float[] stored = new float[columns];
              double[] w = new double[columns];
              double[] sums = new double[x.length];
              int first = from + task * ROWS_PER_TASK;
              for (int n = first; n < Math.min(to, first + ROWS_PER_TASK); n++) {
                weight.row(n, stored, w);
                weightedSum(w, transposed, sums);
                for (int m = 0; m < x.length; m++) {
                  y[m][n - from] = sums[m];
                }
              }
            });
    return y;
  }

  /** sums[M] = Σ_k w[k] · x[k][M], four k at a time so that the sums are loaded less often. */
  private static void weightedSum(double[] w, double[][] x, double[] sums) {
    Arrays.fill(sums, 0);
    int k = 0;
    for (; k + 4 <= w.length; k += 4) {
      double w0 = w[k];
      double w1 = w[k + 1];
      double w2 = w[k + 2];
      double w3 = w[k + 3];
      double[] x0 = x[k];
      double[] x1 = x[k + 1];
      double[] x2 = x[k + 2];
      double[] x3 = x[k + 3];
      for (int m = 0; m < sums.length; m++) {
        sums[m] += w0 * x0[m] + w1 * x1[m] + w2 * x2[m] + w3 * x3[m];
      }
    }
    for (; k < w.length; k++) {
      for (int m = 0; m < sums.length; m++) {
        sums[m] += w[k] * x[k][m];
      }
    }
  }

  /** [M][K] → [K][M]. */
  private static double[][] transpose(double[][] x, int columns) {
    double[][] transposed = new double[columns][x.length];
    for (int m = 0; m < x.length; m++) {
      for (int k = 0; k < columns; k++) {
        transposed[k][m] = x[m][k];
      }
    }
    return transposed;
  }

  /**
   * LayerNorm where the norm has a bias: (x − mean) / √(variance + ε) · w + b; RMSNorm where it has
   * none: x / √(mean of x² + ε) · w.
   */
  static double[][] norm(double[][] x, Affine part, double epsilon, TensorSource source) {
    float[] weight = row(source, part.weight(), 0);
    boolean layerNorm = part.bias().isPresent();
    float[] bias =
        part.bias().map(b -> row(source, b, 0)).orElseGet(() -> new float[weight.length]);
    double[][] y = new double[x.length][weight.length];
    for (int m = 0; m < x.length; m++) {
      double mean = layerNorm ? Arrays.stream(x[m]).sum() / weight.length : 0;
      double squares = 0;
      for (double value : x[m]) {
        squares += (value - mean) * (value - mean);
      }
      double scale = 1 / Math.sqrt(squares / weight.length + epsilon);
      for (int i = 0; i < weight.length; i++) {
        y[m][i] = (x[m][i] - mean) * scale * weight[i] + bias[i];
      }
    }
    return y;
  }

  /** x + y, row by row. */
  static double[][] add(double[][] x, double[][] y) {
    double[][] sum = new double[x.length][];
    for (int m = 0; m < x.length; m++) {
      sum[m] = x[m].clone();
      for (int i = 0; i < sum[m].length; i++) {
        sum[m][i] += y[m][i];
      }
    }
    return sum;
  }

  /** silu(gate) · up, with silu(v) = v / (1 + e^−v) (Shazeer, "GLU variants", arXiv 2002.05202). */
  static double[][] swiGlu(double[][] gate, double[][] up) {
    double[][] y = new double[gate.length][];
    for (int m = 0; m < gate.length; m++) {
      y[m] = gate[m].clone();
      for (int i = 0; i < y[m].length; i++) {
        y[m][i] = gate[m][i] / (1 + Math.exp(-gate[m][i])) * up[m][i];
      }
    }
    return y;
  }

  /** GELU in BLOOM's tanh form: v/2 · (1 + tanh(0.79788456 · v · (1 + 0.044715 · v²))). */
  static double[][] gelu(double[][] x) {
    double[][] y = new double[x.length][];
    for (int m = 0; m < x.length; m++) {
      y[m] = x[m].clone();
      for (int i = 0; i < y[m].length; i++) {
        double v = x[m][i];
        y[m][i] = v * 0.5 * (1 + Math.tanh(0.79788456 * v * (1 + 0.044715 * v * v)));
      }
    }
    return y;
  }

  /** Scores to weights that sum to 1, in place. */
  static void softmax(double[] scores) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      largest = Math.max(largest, score);
    }
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp(scores[i] - largest);
      sum += scores[i];
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= sum;
    }
  }
}
