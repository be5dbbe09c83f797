package org.joulemark.kernels.layer;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How right and how faithful the output of a layer pass, or of a linear part by itself, is. For a
 * strategy that quantizes nothing all are the same.
 *
 * @param definition against what the strategy defines: the distance first, then what else {@link
 *     DefinitionCheck} asks
 * @param displacement whether the error against the unquantized layer is the one that the strategy
 *     defines; its relative error is 0 where it is, about 1 for an engine that quantizes nothing or
 *     otherwise
 * @param unquantized against the layer that nothing is quantized in: what the strategy costs;
 *     passes if it is finite
 */
public record LayerVerification(
    List<TensorComparison> definition,
    TensorComparison displacement,
    TensorComparison unquantized) {

  /** Copies the list. */
  public LayerVerification {
    definition = List.copyOf(definition);
  }

  /** Of a strategy that quantizes nothing. */
  static LayerVerification plain(TensorComparison comparison) {
    return new LayerVerification(List.of(comparison), comparison, comparison);
  }

  /** The first comparison that failed, if the output is wrong. */
  public Optional<TensorComparison> failure() {
    return Stream.concat(definition.stream(), Stream.of(displacement, unquantized))
        .filter(comparison -> !comparison.passed())
        .findFirst();
  }

  /** How far the output is from what the strategy defines. */
  public TensorComparison distance() {
    return definition.get(0);
  }

  /** The score in [0, 1]: 1 − relative Frobenius error against the unquantized layer. */
  public double fidelity() {
    return unquantized.fidelity();
  }
}
