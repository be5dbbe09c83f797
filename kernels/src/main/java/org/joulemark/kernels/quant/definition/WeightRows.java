package org.joulemark.kernels.quant.definition;

import java.util.Optional;

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

  /**
   * The INT4 codes that a row is stored as, for a scheme whose codes are of that kind; quantizing
   * the row's numbers again need not give them. Empty where the weight is stored as numbers.
   *
   * @param row in [0, N)
   * @param group inputs that share a scale
   * @throws RuntimeException that names the place, if codes are stored but not in such groups
   */
  default Optional<Int4Groups> codes(int row, int group) {
    return Optional.empty();
  }
}
