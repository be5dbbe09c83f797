package org.joulemark.kernels.layer;

/** What a pass gives back. */
public enum PassRequest {
  /** The logits of the last token of each sequence. */
  LAST_LOGITS,
  /** The logits of every token. */
  ALL_LOGITS,
  /** The logits of every token, and the residual stream after the embedding and every layer. */
  EVERYTHING
}
