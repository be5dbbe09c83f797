package org.joulemark.kernels.cuda;

import org.joulemark.kernels.layer.Alibi;
import org.joulemark.kernels.layer.RotaryEmbedding;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;

/**
 * How a model knows positions, on the device: the rotary embedding's cosines and sines of every
 * position, or ALiBi's slopes. As in Hugging Face's code angles are FP32, and cosines and sines are
 * rounded to the storage format.
 */
final class CudaPositions {
  private final ModelShape shape;
  private final ElementType type;
  private final int capacity;
  private final DeviceArena.Slice slice;

  /** Plans the memory. */
  CudaPositions(DeviceArena arena, ModelShape shape, ElementType type, int capacity) {
    this.shape = shape;
    this.type = type;
    this.capacity = capacity;
    this.slice =
        shape.alibi()
            ? arena.reserve(ElementType.FP32, 1, shape.heads())
            : arena.reserve(ElementType.FP32, capacity, shape.headSize());
  }

  /** Fills the memory. */
  void fill(RowUpload upload) {
    if (shape.alibi()) {
      slice.fill(upload, ElementType.FP32, Alibi.slopes(shape.heads()));
      return;
    }
    RotaryEmbedding rope = RotaryEmbedding.of(shape);
    slice.fill(
        upload,
        ElementType.FP32,
        capacity,
        shape.headSize(),
        (position, into) -> {
          for (int pair = 0; pair < rope.pairs(); pair++) {
            double angle = rope.angle(position, pair);
            into[pair] = ElementCodec.round(type, (float) Math.cos(angle));
            into[rope.pairs() + pair] = ElementCodec.round(type, (float) Math.sin(angle));
          }
        });
  }

  /** Where the cosines and sines are, 0 without a rotary embedding. */
  long angles() {
    return shape.alibi() ? 0 : slice.address();
  }

  /** Where the slopes are, 0 without ALiBi. */
  long slopes() {
    return shape.alibi() ? slice.address() : 0;
  }
}
