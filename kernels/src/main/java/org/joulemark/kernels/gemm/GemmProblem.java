package org.joulemark.kernels.gemm;

import org.joulemark.kernels.quant.Precision;

/**
 * Everything that determines the numbers of one GEMM, and nothing of how an engine carries it out.
 *
 * @param shape sizes
 * @param precision formats of operands, accumulator and result
 * @param data what the operands are filled with
 * @param epilogue what is added to the product
 * @param seed of the operands: the same seed gives the same numbers on every engine
 */
public record GemmProblem(
    GemmShape shape, Precision precision, OperandDistribution data, Epilogue epilogue, long seed) {

  /** Seed of every benchmark that names none. */
  public static final long DEFAULT_SEED = 20_240_607L;

  /** Plain product of normally distributed operands under the default seed. */
  public static GemmProblem of(GemmShape shape, Precision precision) {
    return new GemmProblem(
        shape, precision, OperandDistribution.NORMAL, Epilogue.NONE, DEFAULT_SEED);
  }
}
