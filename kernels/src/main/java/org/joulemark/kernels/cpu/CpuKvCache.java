package org.joulemark.kernels.cpu;

import org.joulemark.kernels.layer.KvCacheShape;

/**
 * The keys and values of one layer in FP32, arranged for loops over many positions at once: the
 * keys of a head as [headSize, capacity], its values as [capacity, headSize].
 */
final class CpuKvCache {
  private final KvCacheShape shape;
  private final float[][] keys;
  private final float[][] values;

  /** An empty cache. */
  CpuKvCache(KvCacheShape shape) {
    int heads = shape.batch() * shape.kvHeads();
    int size = Math.multiplyExact(shape.capacity(), shape.headSize());
    this.shape = shape;
    this.keys = new float[heads][size];
    this.values = new float[heads][size];
  }

  /** Sizes. */
  KvCacheShape shape() {
    return shape;
  }

  /** [headSize, capacity] of one head of one sequence. */
  float[] keys(int sequence, int kvHead) {
    return keys[sequence * shape.kvHeads() + kvHead];
  }

  /** [capacity, headSize] of one head of one sequence. */
  float[] values(int sequence, int kvHead) {
    return values[sequence * shape.kvHeads() + kvHead];
  }

  /** Writes the key and the value of one position of one head. */
  void put(int sequence, int kvHead, int position, float[] key, float[] value) {
    float[] headKeys = keys(sequence, kvHead);
    int d = shape.headSize();
    for (int i = 0; i < d; i++) {
      headKeys[i * shape.capacity() + position] = key[i];
    }
    System.arraycopy(value, 0, values(sequence, kvHead), position * d, d);
  }
}
