package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.ModelShape;

/**
 * A whole model that reads tokens and tells what may follow: embedding, decoder layers, final norm
 * and head, with a cache of keys and values that grows with each call of {@link #forward}. Used
 * from one thread.
 */
public interface ModelPass {

  /** The model. */
  ModelShape shape();

  /** Sequences that are carried out side by side. */
  int batch();

  /** Positions there is room for. */
  int capacity();

  /** Tokens read so far, each sequence as many. */
  int position();

  /** Forgets every token read. */
  void reset();

  /**
   * Reads further tokens of every sequence.
   *
   * @param tokens [batch][n], n ≥ 1, each in [0, vocabulary)
   * @param request what to give back
   * @throws IllegalArgumentException for tokens of another size, out of the vocabulary, or more
   *     than there is room for
   */
  PassOutput forward(int[][] tokens, PassRequest request);
}
