package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.ModelShape;

/**
 * How the keys, and likewise the values, of one layer lie in memory: [batch, kvHeads, capacity,
 * headSize], so that one head's keys are one contiguous matrix.
 *
 * @param batch sequences
 * @param kvHeads key and value heads
 * @param capacity positions there is room for
 * @param headSize width of a head
 */
public record KvCacheShape(int batch, int kvHeads, int capacity, int headSize) {

  /** Checks that every size is positive. */
  public KvCacheShape {
    if (batch <= 0 || kvHeads <= 0 || capacity <= 0 || headSize <= 0) {
      throw new IllegalArgumentException(
          "a KV cache has no empty dimension: batch "
              + batch
              + ", heads "
              + kvHeads
              + ", capacity "
              + capacity
              + ", head size "
              + headSize);
    }
  }

  /** The cache of one layer of a model. */
  public static KvCacheShape of(ModelShape shape, int batch, int capacity) {
    return new KvCacheShape(batch, shape.kvHeads(), capacity, shape.headSize());
  }

  /** Numbers of the keys; there are as many of the values. */
  public long elements() {
    return (long) batch * kvHeads * capacity * headSize;
  }

  /** Bytes of keys and values together. */
  public long bytes(int bytesPerElement) {
    return 2 * elements() * bytesPerElement;
  }

  /** Index of the first number of a head's vector at a position. */
  public long offset(int sequence, int kvHead, int position) {
    return (((long) sequence * kvHeads + kvHead) * capacity + position) * headSize;
  }
}
