package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/**
 * Made-up tensors with the spread of real ones, from a seed: matrices with variance 1 / columns,
 * norm weights 1 + 0.1·z, biases 0.1·z, inputs and cache contents of variance 1. Every number is a
 * hash of (seed, tensor name, row, column), so any row can be made again by any thread, and the
 * numbers are the same on every machine and JDK.
 *
 * <p>z is the sum of the four 16-bit quarters of one SplitMix64 output (Steele, Lea, Flood, OOPSLA
 * 2014), scaled to variance 1: close to normal, bounded by ±3.47, and cheap enough for hundreds of
 * millions of weights a second. Immutable.
 */
public final class SeededTensors implements TensorSource {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
  // Four independent whole numbers, uniform in [0, 65535].
  private static final int MEAN = 2 * 65535;
  private static final double DEVIATION = Math.sqrt(4 * (65536.0 * 65536.0 - 1) / 12);

  private final long seed;

  /** Tensors of that seed. */
  public SeededTensors(long seed) {
    this.seed = seed;
  }

  @Override
  public void row(TensorSpec tensor, int row, float[] into) {
    switch (tensor.kind()) {
      case MATRIX -> fill(tensor, row, 0.0f, 1 / Math.sqrt(tensor.columns()), into);
      case NORM_WEIGHT -> fill(tensor, row, 1.0f, 0.1, into);
      case BIAS -> fill(tensor, row, 0.0f, 0.1, into);
      case INPUT, CACHE -> fill(tensor, row, 0.0f, 1, into);
    }
  }

  private void fill(TensorSpec tensor, int row, float mean, double deviation, float[] into) {
    float scale = (float) (deviation / DEVIATION);
    // String.hashCode is specified, so the same on every JDK.
    long start = mix(mix(seed + GOLDEN_GAMMA * tensor.name().hashCode()) + GOLDEN_GAMMA * row);
    int columns = tensor.columns();
    for (int i = 0; i < columns; i++) {
      long bits = mix(start + GOLDEN_GAMMA * (i + 1L));
      int sum =
          (int) (bits & 0xffff)
              + (int) ((bits >>> 16) & 0xffff)
              + (int) ((bits >>> 32) & 0xffff)
              + (int) (bits >>> 48);
      into[i] = mean + (sum - MEAN) * scale;
    }
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
