package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.List;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.Int8Row;

/**
 * The keys (already turned to their positions) and values that one layer has seen, in FP64; under
 * an INT8 cache the numbers that its codes stand for, with one scale for each token and head.
 */
public final class ReferenceCache {
  private final List<List<double[]>> keys = new ArrayList<>();
  private final List<List<double[]>> values = new ArrayList<>();

  // Numbers that share a scale, 0 where nothing is quantized.
  private final int group;

  /** An empty cache for {@code batch} sequences that holds numbers as they are. */
  public ReferenceCache(int batch) {
    this(batch, 0);
  }

  private ReferenceCache(int batch, int group) {
    this.group = group;
    for (int b = 0; b < batch; b++) {
      keys.add(new ArrayList<>());
      values.add(new ArrayList<>());
    }
  }

  /** An empty cache as a strategy has it. */
  public static ReferenceCache of(Strategy strategy, ModelShape shape, int batch) {
    return new ReferenceCache(batch, strategy.int8Cache() ? shape.headSize() : 0);
  }

  /** Sequences. */
  public int batch() {
    return keys.size();
  }

  /** Positions in the cache. */
  public int length() {
    return keys.get(0).size();
  }

  /**
   * Adds the next position of one sequence.
   *
   * @param key [kvHeads · headSize], turned to its position where the model does that
   * @param value [kvHeads · headSize]
   * @throws IllegalArgumentException if an INT8 cache is given NaN
   */
  public void append(int sequence, double[] key, double[] value) {
    keys.get(sequence).add(stored(key));
    values.get(sequence).add(stored(value));
  }

  /** What the cache gives back of a vector. */
  private double[] stored(double[] vector) {
    if (group == 0) {
      return vector;
    }
    double[] stored = new double[vector.length];
    float[] head = new float[group];
    for (int from = 0; from < vector.length; from += group) {
      for (int i = 0; i < group; i++) {
        head[i] = (float) vector[from + i];
      }
      Int8Row row = Int8Row.symmetric(head);
      for (int i = 0; i < group; i++) {
        stored[from + i] = row.value(i);
      }
    }
    return stored;
  }

  /** The key vectors of all heads at a position. */
  double[] key(int sequence, int position) {
    return keys.get(sequence).get(position);
  }

  /** The value vectors of all heads at a position. */
  double[] value(int sequence, int position) {
    return values.get(sequence).get(position);
  }

  /** Forgets everything. */
  public void clear() {
    keys.forEach(List::clear);
    values.forEach(List::clear);
  }
}
