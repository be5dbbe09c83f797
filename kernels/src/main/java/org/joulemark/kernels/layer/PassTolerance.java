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
  private static final double INT8 = 3e-2;
  private static final double FP8 = 5e-2;
  private static final double INT8_CACHE = 5e-3;

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

  /** What one layer under a strategy is held to: {@link #of(Strategy, int)} with one layer. */
  public static PassTolerance of(Strategy strategy) {
    return of(strategy, 1);
  }

  /**
   * What a strategy is held to against its own definition. Where only weights are quantized that is
   * the base precision's tolerance. Where activations are, an engine's quantizers see numbers that
   * the parts before have rounded to 16 bits; codes that this turns by a step turn others in the
   * parts behind, and the layers behind. Simulations of that rounding, over residual streams as
   * large as a layer's output or far smaller, were off by up to 2·10⁻² (INT8), 4·10⁻² (FP8, whose
   * steps are wider) and 3·10⁻³ (an INT8 cache) after one layer, and twice as much after four. That
   * is nearly as far as the definition is from quantizing nothing, so where both are known {@link
   * Displacement} tells more.
   *
   * @param layers layers behind each other
   */
  public static PassTolerance of(Strategy strategy, int layers) {
    PassTolerance base = of(strategy.base());
    double turned = strategy.int8Cache() ? INT8_CACHE : 0;
    if (strategy.linear() instanceof LinearScheme.Fp8) {
      turned = FP8;
    } else if (strategy.linear() instanceof LinearScheme.Int8
        || strategy.linear() instanceof LinearScheme.Dynamic) {
      turned = INT8;
    }
    return turned == 0
        ? base
        : new PassTolerance(Math.max(turned * Math.sqrt(layers), base.relativeFrobenius()), false);
  }
}
