package org.joulemark.kernels.layer;

/** Where the keys and values that a decoded token looks back at come from. */
public enum CacheContents {
  /**
   * The tensor source's {@link LayerProblem#cacheKeys} and {@link LayerProblem#cacheValues}: cheap
   * whatever the context. Keys are taken as they are, already turned to their positions.
   */
  DRAWN,
  /**
   * The layer's own pass over the source's {@link LayerProblem#PREFILL_INPUT}, carried out when the
   * work is prepared.
   */
  PREFILLED
}
