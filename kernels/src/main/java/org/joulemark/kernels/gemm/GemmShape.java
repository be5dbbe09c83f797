package org.joulemark.kernels.gemm;

import org.joulemark.kernels.quant.Precision;

/**
 * The sizes of one GEMM, Y[M, N] = X[M, K] · W[N, K]ᵀ, all matrices row-major.
 *
 * @param name how users ask for it, such as {@code square-1024} or {@code qwen2.5-7b/gate_up}
 * @param batch independent products of the same size, 1 for a plain GEMM
 * @param m rows of X and Y: tokens
 * @param n rows of W and columns of Y: output features
 * @param k columns of X and W: input features
 */
public record GemmShape(String name, int batch, int m, int n, int k) {

  /** Checks that every size is at least 1. */
  public GemmShape {
    if (batch < 1 || m < 1 || n < 1 || k < 1) {
      throw new IllegalArgumentException(
          "shape " + name + ": batch, M, N and K must be at least 1");
    }
  }

  /** Floating-point (or integer) operations of one product: a multiply-add counts as two. */
  public double flops() {
    return 2.0 * batch * m * n * k;
  }

  /**
   * Compulsory traffic of one product in bytes: each operand read once, the result written once.
   */
  public double bytes(Precision precision) {
    return (double) batch * m * k * precision.activation().bytes()
        + (double) batch * n * k * precision.weight().bytes()
        + (double) batch * m * n * precision.output().bytes();
  }
}
