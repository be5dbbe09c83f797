package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.ModelShape;

/** What a pass gives back. */
public enum PassRequest {
  /** The logits of the last token of each sequence. */
  LAST_LOGITS,
  /** The logits of every token. */
  ALL_LOGITS,
  /** The logits of every token, and the residual stream after the embedding and every layer. */
  EVERYTHING;

  /** Numbers of the largest tensor that it gives back of that many tokens of each sequence. */
  public long largestTensor(ModelShape shape, int batch, int tokens) {
    long rows = (long) batch * (this == LAST_LOGITS ? 1 : tokens);
    return rows
        * (this == EVERYTHING ? Math.max(shape.vocabulary(), shape.hidden()) : shape.vocabulary());
  }
}
