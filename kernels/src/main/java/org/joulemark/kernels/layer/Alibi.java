package org.joulemark.kernels.layer;

/**
 * Attention with linear biases (Press, Smith, Lewis, arXiv 2108.12409) as BLOOM uses it: head h
 * adds slope_h · j to the score of key j. With n the largest power of two not above the number of
 * heads, slope_h = 2^(−8(h+1)/n) for h &lt; n; further heads take the odd powers of the sequence
 * for 2n heads.
 */
public final class Alibi {
  private Alibi() {}

  /** One slope a head; as in Hugging Face's code, powers of a base that is rounded to FP32. */
  public static float[] slopes(int heads) {
    int power = Integer.highestOneBit(heads);
    float base = (float) Math.pow(2, -8.0 / power);
    float betweenBase = (float) Math.pow(2, -4.0 / power);
    float[] slopes = new float[heads];
    for (int head = 0; head < heads; head++) {
      slopes[head] =
          (float)
              (head < power
                  ? Math.pow(base, head + 1)
                  : Math.pow(betweenBase, 2 * (head - power) + 1));
    }
    return slopes;
  }
}
