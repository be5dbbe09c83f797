package org.joulemark.kernels.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tensors of a linear part or of a norm.
 *
 * @param weight a matrix [out, in] for a linear part, a vector for a norm
 * @param bias what is added, where the model has it
 */
public record Affine(TensorSpec weight, Optional<TensorSpec> bias) {

  /** A linear part Y = X·Wᵀ (+ b). */
  static Affine linear(String name, int out, int in, boolean biased) {
    return new Affine(
        TensorSpec.matrix(name + ".weight", out, in),
        biased ? Optional.of(TensorSpec.bias(name + ".bias", out)) : Optional.empty());
  }

  /** A norm over {@code width} numbers. */
  static Affine norm(String name, int width, boolean biased) {
    return new Affine(
        TensorSpec.normWeight(name + ".weight", width),
        biased ? Optional.of(TensorSpec.bias(name + ".bias", width)) : Optional.empty());
  }

  /** The weight, and the bias where there is one. */
  public List<TensorSpec> tensors() {
    return Stream.concat(Stream.of(weight), bias.stream()).toList();
  }
}
