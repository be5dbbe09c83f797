package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;

/**
 * A whole model that is to be carried out.
 *
 * @param shape the model
 * @param precision format of weights and of what is multiplied with them
 * @param batch sequences side by side
 * @param capacity positions that the KV cache has room for
 */
public record ModelProblem(ModelShape shape, Precision precision, int batch, int capacity) {

  /** Checks that batch and capacity are at least 1. */
  public ModelProblem {
    if (batch < 1 || capacity < 1) {
      throw new IllegalArgumentException(
          "A model pass needs at least 1 sequence and room for 1 token, not batch="
              + batch
              + ", capacity="
              + capacity
              + ".");
    }
    if ((long) batch * capacity > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          "batch=" + batch + " times capacity=" + capacity + " is too many tokens for one pass.");
    }
  }

  /** Bytes of all weights in the precision's format, a tied head once. */
  public long weightBytes() {
    return shape.parameters() * precision.weight().bytes();
  }

  /** Bytes of keys and values of all layers in the precision's format. */
  public long cacheBytes() {
    return shape.kvBytesPerToken(precision.activation().bytes()) * batch * capacity;
  }

  /**
   * Floating-point operations of reading {@code tokens} further tokens of each sequence after
   * {@code start}, the head computed for the last of them: 2 per multiply-add of linear parts,
   * attention and head.
   */
  public double flops(int start, int tokens) {
    double layer = 0;
    for (var part : shape.linearLayers()) {
      layer += 2.0 * part.outFeatures() * part.inFeatures() * batch * tokens;
    }
    for (int i = 0; i < tokens; i++) {
      int seen = start + i + 1;
      int window = shape.slidingWindow();
      layer += 4.0 * batch * shape.queryWidth() * (window == 0 ? seen : Math.min(seen, window));
    }
    return layer * shape.layers() + 2.0 * batch * shape.vocabulary() * shape.hidden();
  }

  /**
   * Bytes that no implementation can avoid moving in reading {@code tokens} further tokens of each
   * sequence after {@code start}, the head computed for the last of them: every weight of layers,
   * final norm and head once, one row of the embedding a token, the new keys and values written,
   * and those of the context that are still seen read; all in the precision's formats. Activations
   * between the parts are not counted: they need not leave the chip.
   */
  public double compulsoryBytes(int start, int tokens) {
    double hidden = shape.hidden();
    double weights =
        (double) shape.layers() * shape.parametersPerLayer()
            + hidden
            + hidden * shape.vocabulary()
            + hidden * batch * tokens;
    int window = shape.slidingWindow();
    // The first new token sees itself and this much of the context; none sees more.
    int seen = window == 0 ? start : Math.min(start, window - 1);
    double cache =
        (double) shape.kvBytesPerToken(precision.activation().bytes()) * batch * (tokens + seen);
    return weights * precision.weight().bytes() + cache;
  }
}
