package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.List;

/** The keys (already turned to their positions) and values that one layer has seen, in FP64. */
public final class ReferenceCache {
  private final List<List<double[]>> keys = new ArrayList<>();
  private final List<List<double[]>> values = new ArrayList<>();

  /** An empty cache for {@code batch} sequences. */
  public ReferenceCache(int batch) {
    for (int b = 0; b < batch; b++) {
      keys.add(new ArrayList<>());
      values.add(new ArrayList<>());
    }
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
   */
  public void append(int sequence, double[] key, double[] value) {
    keys.get(sequence).add(key);
    values.get(sequence).add(value);
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
