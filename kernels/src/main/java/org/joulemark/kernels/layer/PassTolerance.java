package org.joulemark.kernels.layer;

import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * How far a pass may be from its reference.
 *
 * @param relativeFrobenius largest ‖actual − expected‖F / ‖expected‖F of a hidden state or of
 *     logits
 * @param exactTokens whether greedy decoding must choose every token as the reference does; without
 *     it, another choice is right where the pass's own logits see a tie within its tolerance
 */
public record PassTolerance(double relativeFrobenius, boolean exactTokens) {
  private static final double QUANTIZED_ACTIVATIONS = 2e-2;

  /**
   * What a precision is held to: FP32 2·10⁻⁵, BF16 2·10⁻², FP16 3·10⁻³; TF32, which reads as many
   * mantissa bits as FP16, the same as that.
   *
   * @throws IllegalArgumentException for a precision in which no plain pass is carried out
   */
  public static PassTolerance of(Precision precision) {
    return switch (precision) {
      case FP32 -> new PassTolerance(2e-5, true);
      case TF32, FP16 -> new PassTolerance(3e-3, false);
      case BF16 -> new PassTolerance(2e-2, false);
      case FP16_ACC16, FP8_E4M3, FP8_E5M2, INT8, INT8_OUT8 ->
          throw new IllegalArgumentException("A pass in " + precision + " has no tolerance.");
    };
  }

  /**
   * What a strategy is held to against its own definition. Where only weights are quantized, the
   * base precision's: the definition rounds them just as the engine does. Where activations are
   * quantized, 2·10⁻²: an engine's quantizers see numbers that were rounded to 16 bits before, so a
   * few codes in a hundred are off by one step, and so much they move the output.
   */
  public static PassTolerance of(Strategy strategy) {
    PassTolerance base = of(strategy.base());
    boolean codesMayFlip =
        strategy.int8Cache()
            || !(strategy.linear() instanceof LinearScheme.Plain
                || strategy.linear() instanceof LinearScheme.WeightOnly);
    return codesMayFlip
        ? new PassTolerance(Math.max(QUANTIZED_ACTIVATIONS, base.relativeFrobenius()), false)
        : base;
  }
}
