package org.joulemark.kernels.qat;

import java.util.stream.IntStream;

/** What lies between the two linear parts of the feed-forward block, and its derivative. */
enum FeedForward {
  /** silu(gate)·up, silu(v) = v/(1 + e^−v); a row holds all gates, then all ups. */
  SWIGLU {
    @Override
    int width(int columns) {
      return columns / 2;
    }

    @Override
    void forward(double[] x, double[] y) {
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i] / (1 + Math.exp(-x[i])) * x[y.length + i];
      }
    }

    @Override
    void backward(double[] x, double[] dy, double[] dx) {
      for (int i = 0; i < dy.length; i++) {
        double gate = x[i];
        double share = 1 / (1 + Math.exp(-gate));
        dx[i] = dy[i] * x[dy.length + i] * share * (1 + gate * (1 - share));
        dx[dy.length + i] = dy[i] * gate * share;
      }
    }
  },
  /** GELU in BLOOM's tanh form: v/2·(1 + tanh(0.79788456·v·(1 + 0.044715·v²))). */
  GELU {
    @Override
    int width(int columns) {
      return columns;
    }

    @Override
    void forward(double[] x, double[] y) {
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i] * 0.5 * (1 + tanh(x[i]));
      }
    }

    @Override
    void backward(double[] x, double[] dy, double[] dx) {
      for (int i = 0; i < dy.length; i++) {
        double v = x[i];
        double t = tanh(v);
        double inner = FACTOR * (1 + 3 * CUBIC * v * v);
        dx[i] = dy[i] * 0.5 * (1 + t + v * (1 - t * t) * inner);
      }
    }
  };

  private static final double FACTOR = 0.79788456;
  private static final double CUBIC = 0.044715;

  /** Numbers in a row of y for so many in a row of x. */
  abstract int width(int columns);

  abstract void forward(double[] x, double[] y);

  abstract void backward(double[] x, double[] dy, double[] dx);

  /** y [M][width]. */
  double[][] forward(double[][] x) {
    double[][] y = new double[x.length][width(x[0].length)];
    IntStream.range(0, x.length).parallel().forEach(m -> forward(x[m], y[m]));
    return y;
  }

  /** dx of the x that {@link #forward(double[][])} was given. */
  double[][] backward(double[][] x, double[][] dy) {
    double[][] dx = new double[x.length][x[0].length];
    IntStream.range(0, x.length).parallel().forEach(m -> backward(x[m], dy[m], dx[m]));
    return dx;
  }

  private static double tanh(double v) {
    return Math.tanh(FACTOR * v * (1 + CUBIC * v * v));
  }
}
