package org.joulemark.kernels.cuda;

import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;

/**
 * Causal scaled-dot-product attention of new tokens over a cache that holds their own keys and
 * values already; everything that a plan for it depends on.
 *
 * @param type what queries, keys, values and the result are stored in
 * @param batch sequences side by side
 * @param heads of the queries; consecutive ones share a key head
 * @param kvHeads of keys and values
 * @param headSize numbers in a head
 * @param tokens new ones of each sequence
 * @param start position of the first of them
 * @param capacity positions in the cache
 * @param window how many positions a query sees, its own included; 0 for all
 * @param alibi whether scores fall with the distance, by a slope of each head
 */
record SdpaShape(
    ElementType type,
    int batch,
    int heads,
    int kvHeads,
    int headSize,
    int tokens,
    int start,
    int capacity,
    int window,
    boolean alibi) {

  /** Of a model's layers, from position 0 on. */
  static SdpaShape of(ModelShape shape, ElementType type, int batch, int tokens, int capacity) {
    return new SdpaShape(
        type,
        batch,
        shape.heads(),
        shape.kvHeads(),
        shape.headSize(),
        tokens,
        0,
        capacity,
        shape.slidingWindow(),
        shape.alibi());
  }

  /** The same for tokens that start at another position. */
  SdpaShape startingAt(int position) {
    return new SdpaShape(
        type, batch, heads, kvHeads, headSize, tokens, position, capacity, window, alibi);
  }

  /** Positions of the cache that are read. */
  int keys() {
    return start + tokens;
  }

  /** What scores are multiplied by. */
  float scale() {
    return (float) (1 / Math.sqrt(headSize));
  }

  /** Numbers from one token's queries to the next one's. */
  long queryPitch() {
    return (long) (heads + 2 * kvHeads) * headSize;
  }
}
