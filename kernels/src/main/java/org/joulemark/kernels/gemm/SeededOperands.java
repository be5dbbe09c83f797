package org.joulemark.kernels.gemm;

import java.util.Arrays;

/**
 * Operands drawn from a seed. Every row of every matrix has a generator of its own, seeded from
 * (seed, matrix, batch, row), so any row can be made again at any time and by any thread, and the
 * numbers are the same on every JDK and every machine. Under {@link OperandDistribution#ZEROS} bias
 * and residual are zero too. Immutable, thread-safe.
 */
public final class SeededOperands implements OperandSource {
  private static final int ACTIVATION = 1;
  private static final int WEIGHT = 2;
  private static final int BIAS = 3;
  private static final int RESIDUAL = 4;

  private final GemmShape shape;
  private final OperandDistribution data;
  private final long seed;

  /** Operands for the problem's shape, distribution and seed. */
  public SeededOperands(GemmProblem problem) {
    this.shape = problem.shape();
    this.data = problem.data();
    this.seed = problem.seed();
  }

  @Override
  public void activationRow(int batch, int row, float[] into) {
    fill(ACTIVATION, batch, row, shape.k(), into);
  }

  @Override
  public void weightRow(int batch, int row, float[] into) {
    fill(WEIGHT, batch, row, shape.k(), into);
  }

  @Override
  public void bias(int batch, float[] into) {
    fill(BIAS, batch, 0, shape.n(), into);
  }

  @Override
  public void residualRow(int batch, int row, float[] into) {
    fill(RESIDUAL, batch, row, shape.n(), into);
  }

  private void fill(int matrix, int batch, int row, int count, float[] into) {
    switch (data) {
      case NORMAL -> {
        RowGenerator generator = RowGenerator.of(seed, matrix, batch, row);
        for (int i = 0; i < count; i++) {
          into[i] = (float) generator.nextNormal();
        }
      }
      case UNIFORM -> {
        RowGenerator generator = RowGenerator.of(seed, matrix, batch, row);
        for (int i = 0; i < count; i++) {
          into[i] = generator.nextUniform();
        }
      }
      case ZEROS -> Arrays.fill(into, 0, count, 0.0f);
    }
  }
}
