package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.ModelShape;

/** Small models of every family, for tests. */
public final class TestShapes {
  private TestShapes() {}

  /** A qwen2, mistral or llama with two layers, 97 tokens and an odd feed-forward width. */
  public static ModelShape gated(
      String family, int heads, int kvHeads, int headSize, int slidingWindow) {
    return wide(family, heads, kvHeads, headSize, slidingWindow, 2 * heads * headSize + 6);
  }

  /** The same with a given feed-forward width. */
  public static ModelShape wide(
      String family, int heads, int kvHeads, int headSize, int slidingWindow, int intermediate) {
    return new ModelShape(
        family + "-" + heads + "-" + kvHeads + "-" + headSize,
        "test",
        family,
        false,
        heads * headSize,
        intermediate,
        2,
        heads,
        kvHeads,
        97,
        false,
        slidingWindow,
        10000.0,
        1e-5,
        headSize,
        null,
        family.equals("qwen2"),
        false,
        false,
        true,
        1,
        1,
        "test");
  }

  /** A bloom with two layers and 97 tokens. */
  public static ModelShape bloom(int heads, int headSize) {
    int hidden = heads * headSize;
    return new ModelShape(
        "bloom-" + heads + "-" + headSize,
        "test",
        "bloom",
        false,
        hidden,
        4 * hidden,
        2,
        heads,
        heads,
        97,
        true,
        0,
        0,
        1e-5,
        headSize,
        null,
        false,
        false,
        true,
        false,
        1,
        1,
        "test");
  }
}
