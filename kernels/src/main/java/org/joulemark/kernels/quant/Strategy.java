package org.joulemark.kernels.quant;

import java.util.Locale;

/**
 * How a whole layer or model is carried out: what the study calls a quantization strategy.
 *
 * @param id the name that users give it, with its options: {@code fp16}, {@code
 *     int8-sym/per-tensor/mse}
 * @param definition one line for people
 * @param base precision of the residual stream, of norms, attention and activations, and of the
 *     linear parts where the scheme says nothing else
 * @param linear how the linear parts multiply
 * @param int8Cache whether the KV cache holds INT8 codes with one FP32 scale for each token and
 *     head (symmetric, s = max|x|/127), rather than the base precision's numbers
 */
public record Strategy(
    String id, String definition, Precision base, LinearScheme linear, boolean int8Cache) {

  /** Everything in one precision. */
  public static Strategy plain(Precision precision) {
    return new Strategy(
        precision.name().toLowerCase(Locale.ROOT),
        precision.description(),
        precision,
        new LinearScheme.Plain(),
        false);
  }

  /** Whether nothing is quantized. */
  public boolean isPlain() {
    return linear instanceof LinearScheme.Plain && !int8Cache;
  }

  /** What most of the work is multiplied in: whose rate it is held against. */
  public Precision multiplies() {
    return linear.multiplies(base);
  }

  /** Bytes that one weight of a linear part takes in memory, as {@link LinearScheme#weightBits}. */
  public double weightBytes() {
    return linear.weightBits(base) / 8;
  }

  /**
   * Bytes that one number of the KV cache takes in memory, with its share of the scale of a token's
   * head.
   *
   * @param headSize numbers in a head
   */
  public double cacheBytes(int headSize) {
    return int8Cache ? 1 + (double) Float.BYTES / headSize : base.activation().bytes();
  }
}
