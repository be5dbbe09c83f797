package org.joulemark.kernels.gemm;

/**
 * The unquantized numbers of one GEMM, produced row by row and reproducibly, so that a reference
 * can ask again for any row of a matrix that nobody keeps. Implementations are safe for concurrent
 * use.
 */
public interface OperandSource {

  /**
   * Writes row {@code row} of X.
   *
   * @param batch which product of the batch
   * @param row in [0, M)
   * @param into receives K numbers from index 0
   */
  void activationRow(int batch, int row, float[] into);

  /**
   * Writes row {@code row} of W: the weights of one output feature.
   *
   * @param batch which product of the batch
   * @param row in [0, N)
   * @param into receives K numbers from index 0
   */
  void weightRow(int batch, int row, float[] into);

  /** Writes the N numbers of the bias; asked for only under {@link Epilogue#BIAS}. */
  void bias(int batch, float[] into);

  /**
   * Writes the N numbers of row {@code row} of the residual; asked for only under {@link
   * Epilogue#RESIDUAL}.
   */
  void residualRow(int batch, int row, float[] into);
}
