package org.joulemark.kernels.quant;

/** The linear parts of a decoder layer, in the order in which a pass meets them. */
public enum LinearPart {
  /** Queries, keys and values, of the normed residual stream. */
  QKV("qkv"),
  /** The projection of what attention gives. */
  OUTPUT("o"),
  /** Gate and up, or up alone, of the normed residual stream. */
  FEED_FORWARD_IN("gate_up"),
  /** The projection back to the residual stream: the known hotspot of activation outliers. */
  DOWN("down");

  private final String id;

  LinearPart(String id) {
    this.id = id;
  }

  /** The name in files: {@code qkv}, {@code o}, {@code gate_up}, {@code down}. */
  public String id() {
    return id;
  }

  /**
   * Whether a norm precedes the part, into whose weight a factor for each of the part's inputs can
   * be folded.
   */
  public boolean followsNorm() {
    return this == QKV || this == FEED_FORWARD_IN;
  }
}
