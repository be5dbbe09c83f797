package org.joulemark.kernels.layer;

import java.util.List;
import java.util.Optional;

/**
 * How right and how faithful the output of a layer pass is. For a strategy that quantizes nothing
 * all three are the same.
 *
 * @param definition against what the strategy defines, within its tolerance
 * @param displacement whether the error against the unquantized layer is the one that the strategy
 *     defines; its relative error is 0 where it is, about 1 for an engine that quantizes nothing or
 *     otherwise
 * @param unquantized against the layer that nothing is quantized in: what the strategy costs;
 *     passes if it is finite
 */
public record LayerVerification(
    TensorComparison definition, TensorComparison displacement, TensorComparison unquantized) {

  /** Of a strategy that quantizes nothing. */
  static LayerVerification plain(TensorComparison comparison) {
    return new LayerVerification(comparison, comparison, comparison);
  }

  /** The first comparison that failed, if the output is wrong. */
  public Optional<TensorComparison> failure() {
    return List.of(definition, displacement, unquantized).stream()
        .filter(comparison -> !comparison.passed())
        .findFirst();
  }

  /** The score in [0, 1]: 1 − relative Frobenius error against the unquantized layer. */
  public double fidelity() {
    return unquantized.fidelity();
  }
}
