package org.joulemark.kernels.cuda;

import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * One layer's weights on the device, all in the storage format, arranged as {@link LayerWeights}.
 */
final class CudaLayerWeights {

  /**
   * Weight and bias of a linear part or a norm.
   *
   * @param bias null where there is none
   */
  record Part(DeviceArena.Slice weight, DeviceArena.@Nullable Slice bias) {}

  private final LayerWeights source;
  private final ElementType type;
  private final Part inputNorm;
  private final Part qkv;
  private final Part output;
  private final Part postNorm;
  private final Part feedForwardIn;
  private final Part down;

  /** Plans the memory. */
  CudaLayerWeights(DeviceArena arena, LayerWeights source, ElementType type) {
    this.source = source;
    this.type = type;
    ModelShape shape = source.shape();
    int hidden = shape.hidden();
    int in = source.feedForwardInRows();
    boolean feedForwardBias = source.hasFeedForwardBias();
    this.inputNorm = part(arena, 1, hidden, source.hasNormBias());
    this.qkv = part(arena, source.qkvRows(), hidden, source.hasQkvBias());
    this.output = part(arena, hidden, shape.queryWidth(), source.hasOutputBias());
    this.postNorm = part(arena, 1, hidden, source.hasNormBias());
    this.feedForwardIn = part(arena, in, hidden, feedForwardBias);
    this.down = part(arena, hidden, shape.intermediate(), feedForwardBias);
  }

  private Part part(DeviceArena arena, int rows, int columns, boolean biased) {
    // A linear part has a bias for each row, a norm for each of its numbers.
    int width = rows == 1 ? columns : rows;
    return new Part(
        arena.reserve(type, rows, columns), biased ? arena.reserve(type, 1, width) : null);
  }

  /** Fills the memory. */
  void fill(RowUpload upload) {
    ModelShape shape = source.shape();
    int hidden = shape.hidden();
    vector(upload, inputNorm, source.inputNormWeight(), source.inputNormBias());
    vector(upload, postNorm, source.postNormWeight(), source.postNormBias());
    matrix(upload, qkv, source.qkvRows(), hidden, source::qkvRow, source.qkvBias());
    matrix(upload, output, hidden, shape.queryWidth(), source::outputRow, source.outputBias());
    matrix(
        upload,
        feedForwardIn,
        source.feedForwardInRows(),
        hidden,
        source::feedForwardInRow,
        source.feedForwardInBias());
    matrix(upload, down, hidden, shape.intermediate(), source::downRow, source.downBias());
  }

  private void matrix(
      RowUpload upload, Part part, int rows, int columns, DeviceArena.Rows weight, float[] bias) {
    part.weight().fill(upload, type, rows, columns, weight);
    if (part.bias() != null) {
      part.bias().fill(upload, type, bias);
    }
  }

  private void vector(RowUpload upload, Part part, float[] weight, float[] bias) {
    part.weight().fill(upload, type, weight);
    if (part.bias() != null) {
      part.bias().fill(upload, type, bias);
    }
  }

  /** The norm before attention, [H]. */
  Part inputNorm() {
    return inputNorm;
  }

  /** [queryWidth + 2·kvWidth, H]. */
  Part qkv() {
    return qkv;
  }

  /** [H, queryWidth]. */
  Part output() {
    return output;
  }

  /** The norm before the feed-forward part, [H]. */
  Part postNorm() {
    return postNorm;
  }

  /** Gate and up, or up alone: [feedForwardInRows, H]. */
  Part feedForwardIn() {
    return feedForwardIn;
  }

  /** [H, intermediate]. */
  Part down() {
    return down;
  }
}
