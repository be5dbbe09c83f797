package org.joulemark.kernels.model;

import java.util.Optional;
import org.joulemark.kernels.quant.definition.Int4Groups;

/**
 * The numbers of tensors, produced row by row and always the same, so that an engine can encode a
 * matrix without a copy of it in FP32 and a reference can ask for any row again. Implementations
 * are safe for concurrent use.
 */
@FunctionalInterface
public interface TensorSource {

  /**
   * Writes row {@code row} of a tensor.
   *
   * @param tensor which one; its name and size are those that the source was made for
   * @param row in [0, {@code tensor.rows()})
   * @param into receives {@code tensor.columns()} numbers from index 0
   * @throws IllegalArgumentException if the source has no such tensor
   */
  void row(TensorSpec tensor, int row, float[] into);

  /**
   * The INT4 codes that a row is stored as, whose numbers {@link #row} gives; empty where the
   * tensor is stored as numbers. A source that passes rows of another one on passes these on too.
   *
   * @param tensor as of {@link #row}
   * @param row in [0, {@code tensor.rows()})
   * @param group consecutive inputs that share a scale
   * @throws ModelFormatException if codes are stored but not in such groups
   * @throws IllegalArgumentException if the source has no such tensor
   */
  default Optional<Int4Groups> codes(TensorSpec tensor, int row, int group) {
    return Optional.empty();
  }
}
