package org.joulemark.kernels.cuda;

import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.quant.ElementType;

/** The keys and values of one layer on the device, in the order that {@link KvCacheShape} gives. */
final class CudaKvCache {
  private final KvCacheShape shape;
  private final DeviceArena.Slice keys;
  private final DeviceArena.Slice values;

  /** Plans the memory. */
  CudaKvCache(DeviceArena arena, KvCacheShape shape, ElementType type) {
    this.shape = shape;
    this.keys = arena.reserve(type, shape.elements(), 1);
    this.values = arena.reserve(type, shape.elements(), 1);
  }

  /** Sizes. */
  KvCacheShape shape() {
    return shape;
  }

  /** [batch, kvHeads, capacity, headSize]. */
  DeviceArena.Slice keys() {
    return keys;
  }

  /** [batch, kvHeads, capacity, headSize]. */
  DeviceArena.Slice values() {
    return values;
  }
}
