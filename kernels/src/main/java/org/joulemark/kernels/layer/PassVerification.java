package org.joulemark.kernels.layer;

import java.util.List;

/**
 * How right and how faithful the passes of a model under a strategy that quantizes are.
 *
 * @param definition against what the strategy defines: the distances that {@link
 *     PassVerifier#verify(ModelPass, ExpectedPass, PassTolerance)} asks for, then {@code
 *     logits/displacement} of the prompt and {@code decode_logits/displacement} of the tokens
 *     decoded through the cache, as {@link Displacement} asks for them
 * @param unquantized the prompt's logits against the model that nothing is quantized in: what the
 *     strategy costs; passes if it is finite
 */
public record PassVerification(List<TensorComparison> definition, TensorComparison unquantized) {

  /** Copies the list. */
  public PassVerification {
    definition = List.copyOf(definition);
  }
}
