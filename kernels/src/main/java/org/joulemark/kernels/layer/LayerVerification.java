package org.joulemark.kernels.layer;

/**
 * How right and how faithful the output of a layer pass is. For a strategy that quantizes nothing
 * both are the same.
 *
 * @param definition against what the strategy defines: whether the engine is right
 * @param unquantized against the layer that nothing is quantized in: what the strategy costs; it
 *     passes if it is finite
 */
public record LayerVerification(TensorComparison definition, TensorComparison unquantized) {

  /** The score in [0, 1]: 1 − relative Frobenius error against the unquantized layer. */
  public double fidelity() {
    return unquantized.fidelity();
  }
}
