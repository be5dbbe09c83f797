package org.joulemark.kernels.layer;

import java.util.Arrays;

/** Continues prompts with the most probable token, one at a time, through the KV cache. */
public final class GreedyDecoding {
  private GreedyDecoding() {}

  /**
   * Forgets what the pass has read, reads the prompts, and generates. Of equal logits the first
   * wins.
   *
   * @param prompts [batch][n]
   * @param count tokens to generate for each sequence
   * @return [batch][n + count], each prompt with its continuation
   */
  public static int[][] generate(ModelPass pass, int[][] prompts, int count) {
    pass.reset();
    int length = prompts[0].length;
    int[][] tokens = new int[prompts.length][];
    for (int b = 0; b < prompts.length; b++) {
      tokens[b] = Arrays.copyOf(prompts[b], length + count);
    }
    int[][] next = prompts;
    for (int i = 0; i < count; i++) {
      HostTensor logits = pass.forward(next, PassRequest.LAST_LOGITS).logits();
      next = new int[prompts.length][1];
      for (int b = 0; b < prompts.length; b++) {
        next[b][0] = argmax(logits.row(b));
        tokens[b][length + i] = next[b][0];
      }
    }
    return tokens;
  }

  /** Index of the largest number, the first of equals. */
  public static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
