package org.joulemark.kernels.qat;

import java.util.stream.IntStream;
import org.joulemark.kernels.layer.Alibi;
import org.joulemark.kernels.layer.RotaryEmbedding;
import org.joulemark.kernels.model.ModelShape;
import org.jspecify.annotations.Nullable;

/**
 * Attention of one whole sequence from position 0, and its derivative. A row of the input holds all
 * query heads, then all key heads, then all value heads of a token, not yet turned to its position;
 * a row of the output all query heads. With P = softmax(q·kᵀ/√d + bias) and D_i = Σ_j dP_ij·P_ij,
 * dS = P·(dP − D), dq = dS·k/√d, dk = dSᵀ·q/√d, dv = Pᵀ·dy.
 */
final class Attention {
  private final ModelShape shape;
  private final int d;
  private final double scale;
  private final @Nullable RotaryEmbedding rope;
  private final float[] slopes;

  /** Of a model's layer. */
  Attention(ModelShape shape) {
    this.shape = shape;
    this.d = shape.headSize();
    this.scale = 1 / Math.sqrt(d);
    this.rope = shape.alibi() ? null : RotaryEmbedding.of(shape);
    this.slopes = shape.alibi() ? Alibi.slopes(shape.heads()) : new float[shape.heads()];
  }

  /** What a forward pass leaves for the backward pass. */
  static final class Pass {
    private final double[][] turned;
    private final double[][][] weights;
    private final double[][] output;

    /**
     * Of one sequence.
     *
     * @param turned the input with queries and keys turned to their positions, [n][qkv]
     * @param weights P, [heads][n][n], zero for keys that a query does not see
     * @param output [n][queryWidth]
     */
    private Pass(double[][] turned, double[][][] weights, double[][] output) {
      this.turned = turned;
      this.weights = weights;
      this.output = output;
    }

    /** [n][queryWidth]. */
    double[][] output() {
      return output;
    }
  }

  /** Carries [n][qkv] forward. */
  Pass forward(double[][] qkv) {
    double[][] turned = turn(qkv, 1);
    double[][][] weights = new double[shape.heads()][][];
    double[][] output = new double[qkv.length][shape.queryWidth()];
    IntStream.range(0, shape.heads())
        .parallel()
        .forEach(head -> weights[head] = forward(turned, head, output));
    return new Pass(turned, weights, output);
  }

  /** The derivative by the input of {@link #forward}, [n][qkv]. */
  double[][] backward(Pass pass, double[][] dy) {
    double[][] gradient = new double[dy.length][pass.turned[0].length];
    int group = shape.heads() / shape.kvHeads();
    // Query heads of one group add to the same keys and values.
    IntStream.range(0, shape.kvHeads())
        .parallel()
        .forEach(
            kvHead -> {
              for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                backward(pass, dy, head, gradient);
              }
            });
    // Turning is a rotation: its transpose turns back.
    return turn(gradient, -1);
  }

  private double[][] forward(double[][] turned, int head, double[][] output) {
    double[][] weights = new double[turned.length][turned.length];
    int query = head * d;
    int key = keyColumn(head);
    int value = key + shape.kvWidth();
    for (int i = 0; i < turned.length; i++) {
      double[] row = weights[i];
      int first = firstKey(i);
      double largest = Double.NEGATIVE_INFINITY;
      for (int j = first; j <= i; j++) {
        row[j] = dot(turned[i], query, turned[j], key) * scale + slopes[head] * (double) j;
        largest = Math.max(largest, row[j]);
      }
      double sum = 0;
      for (int j = first; j <= i; j++) {
        row[j] = Math.exp(row[j] - largest);
        sum += row[j];
      }
      for (int j = first; j <= i; j++) {
        row[j] /= sum;
        addTo(output[i], query, row[j], turned[j], value);
      }
    }
    return weights;
  }

  private void backward(Pass pass, double[][] dy, int head, double[][] gradient) {
    double[][] turned = pass.turned;
    int query = head * d;
    int key = keyColumn(head);
    int value = key + shape.kvWidth();
    double[] weightGradients = new double[turned.length];
    for (int i = 0; i < turned.length; i++) {
      double[] weights = pass.weights[head][i];
      int first = firstKey(i);
      double mean = 0;
      for (int j = first; j <= i; j++) {
        weightGradients[j] = dot(dy[i], query, turned[j], value);
        mean += weightGradients[j] * weights[j];
        addTo(gradient[j], value, weights[j], dy[i], query);
      }
      for (int j = first; j <= i; j++) {
        double score = weights[j] * (weightGradients[j] - mean) * scale;
        addTo(gradient[i], query, score, turned[j], key);
        addTo(gradient[j], key, score, turned[i], query);
      }
    }
  }

  private int keyColumn(int head) {
    return shape.queryWidth() + head / (shape.heads() / shape.kvHeads()) * d;
  }

  private int firstKey(int position) {
    return shape.slidingWindow() == 0 ? 0 : Math.max(0, position - shape.slidingWindow() + 1);
  }

  private double dot(double[] x, int atX, double[] y, int atY) {
    double sum = 0;
    for (int i = 0; i < d; i++) {
      sum += x[atX + i] * y[atY + i];
    }
    return sum;
  }

  private void addTo(double[] sum, int atSum, double factor, double[] x, int atX) {
    for (int i = 0; i < d; i++) {
      sum[atSum + i] += factor * x[atX + i];
    }
  }

  /** Turns queries and keys to their positions, or back (direction −1); a copy. */
  private double[][] turn(double[][] rows, int direction) {
    double[][] turned = new double[rows.length][];
    IntStream.range(0, rows.length)
        .parallel()
        .forEach(
            position -> {
              turned[position] = rows[position].clone();
              if (rope != null) {
                for (int head = 0; head < shape.heads() + shape.kvHeads(); head++) {
                  turn(rope, turned[position], head * d, position, direction);
                }
              }
            });
    return turned;
  }

  private static void turn(
      RotaryEmbedding rope, double[] vector, int start, int position, int direction) {
    int half = rope.pairs();
    for (int i = 0; i < half; i++) {
      double angle = rope.angle(position, i);
      double cos = Math.cos(angle);
      double sin = direction * Math.sin(angle);
      double first = vector[start + i];
      double second = vector[start + half + i];
      vector[start + i] = first * cos - second * sin;
      vector[start + half + i] = second * cos + first * sin;
    }
  }
}
