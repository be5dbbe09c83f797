package org.joulemark.kernels.layer;

import java.util.List;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * A whole model that is to be carried out.
 *
 * @param shape the model
 * @param strategy how the linear parts of its layers multiply and what their KV caches hold;
 *     embedding, final norm and head are in its base precision
 * @param scales what a calibration has found for the strategy, one for each layer, or none at all
 * @param batch sequences side by side
 * @param capacity positions that the KV cache has room for
 */
public record ModelProblem(
    ModelShape shape, Strategy strategy, List<LayerScales> scales, int batch, int capacity) {

  /** Checks that batch and capacity are at least 1, and that scales are for every layer or none. */
  public ModelProblem {
    scales = List.copyOf(scales);
    if (!scales.isEmpty() && scales.size() != shape.layers()) {
      throw new IllegalArgumentException(
          "scales of " + scales.size() + " layers do not fit a model of " + shape.layers() + ".");
    }
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

  /** A model in one precision throughout. */
  public ModelProblem(ModelShape shape, Precision precision, int batch, int capacity) {
    this(shape, Strategy.plain(precision), List.of(), batch, capacity);
  }

  /** The strategy's base precision: that of everything that is not quantized. */
  public Precision precision() {
    return strategy.base();
  }

  /** What a calibration has found for a layer. */
  public LayerScales scales(int layer) {
    return scales.isEmpty() ? LayerScales.NONE : scales.get(layer);
  }

  /** Bytes of all weights in the strategy's formats, scales not counted, a tied head once. */
  public long weightBytes() {
    long layers = shape.layers() * shape.parametersPerLayer();
    return (long) (layers * strategy.weightBytes())
        + (shape.parameters() - layers) * precision().weight().bytes();
  }

  /** Bytes of keys and values of all layers in the strategy's format, scales included. */
  public long cacheBytes() {
    return cacheBytesPerToken() * batch * capacity;
  }

  private long cacheBytesPerToken() {
    return shape.kvBytesPerToken(strategy.cacheBytes(shape.headSize()));
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
   * and those of the context that are still seen read; all in the strategy's formats. Activations
   * between the parts are not counted: they need not leave the chip.
   */
  public double compulsoryBytes(int start, int tokens) {
    double hidden = shape.hidden();
    double layers = (double) shape.layers() * shape.parametersPerLayer() * strategy.weightBytes();
    double others = hidden + hidden * shape.vocabulary() + hidden * batch * tokens;
    int window = shape.slidingWindow();
    // The first new token sees itself and this much of the context; none sees more.
    int seen = window == 0 ? start : Math.min(start, window - 1);
    double cache = (double) cacheBytesPerToken() * batch * (tokens + seen);
    return layers + others * precision().weight().bytes() + cache;
  }
}
