package org.joulemark.kernels.quant;

/**
 * The weight W[N, K] of a linear part, row by row in the order in which engines keep it: all query
 * rows, then keys, then values; gate, then up. Rows are produced when asked for. Safe for
 * concurrent use.
 */
public interface WeightRows {

  /** N, the output channels. */
  int rows();

  /** K, the inputs. */
  int columns();

  /**
   * Writes one row.
   *
   * @param row in [0, N)
   * @param into receives K numbers from index 0
   */
  void row(int row, float[] into);
}
