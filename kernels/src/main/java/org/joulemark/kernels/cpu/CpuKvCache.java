package org.joulemark.kernels.cpu;

import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Strategy;

/**
 * The keys and values of one layer in FP32, arranged for loops over many positions at once: the
 * keys of a head as [headSize, capacity], its values as [capacity, headSize].
 */
final class CpuKvCache {
  private static final int LARGEST_CODE = 127;

  private final KvCacheShape shape;
  private final float[][] keys;
  private final float[][] values;
  private final boolean int8;
  private final ElementType seen;

  /**
   * An empty cache.
   *
   * @param strategy whether what is written is rounded to INT8 codes with one scale for each
   *     position of a head; it is kept in FP32 all the same, so this has INT8's fidelity and not
   *     its size
   */
  CpuKvCache(KvCacheShape shape, Strategy strategy) {
    this.int8 = strategy.int8Cache();
    this.seen = strategy.base().activation();
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

  /** What is kept, for the facts. */
  String description() {
    return int8 ? "INT8 codes as FP32" : "FP32";
  }

  /**
   * Writes the key and the value of one position of one head; both arrays may be changed.
   *
   * @throws EngineException if a number is NaN and codes are kept
   */
  void put(int sequence, int kvHead, int position, float[] key, float[] value) {
    if (int8) {
      round(key);
      round(value);
    }
    float[] headKeys = keys(sequence, kvHead);
    int d = shape.headSize();
    for (int i = 0; i < d; i++) {
      headKeys[i * shape.capacity() + position] = key[i];
    }
    System.arraycopy(value, 0, values(sequence, kvHead), position * d, d);
  }

  private void round(float[] vector) {
    float largest = 0;
    for (int i = 0; i < vector.length; i++) {
      float number = ElementCodec.round(seen, vector[i]);
      vector[i] = number;
      if (Float.isNaN(number)) {
        throw new EngineException("The keys or values of a layer hold NaN.");
      }
      if (!Float.isInfinite(number)) {
        largest = Math.max(largest, Math.abs(number));
      }
    }
    float step = largest / LARGEST_CODE;
    float scale = step == 0 ? 1 : step;
    for (int i = 0; i < vector.length; i++) {
      float quotient = vector[i] / scale;
      double code = Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, Math.rint(quotient)));
      vector[i] = (float) code * scale;
    }
  }
}
