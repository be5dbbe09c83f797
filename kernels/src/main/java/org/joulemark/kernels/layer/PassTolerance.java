package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
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
  // One pass moved by chance is as far off as another to some tens of percent.
  private static final double OFTEN_AS_FAR = 2;
  private static final long MANY_PARAMETERS = 10_000_000;
  // The worst channel of one row varies by 15 % from draw to draw, of four rows by 6 %.
  private static final int MANY_ROWS = 4;
  private static final int DRAWS_OF_FEW = 4;

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
   * What a model under a strategy is held to against its own definition. Where only weights are
   * quantized that is the base precision's tolerance. Where activations are, an engine's quantizers
   * see numbers that the parts before have rounded; codes that this turns by a step turn others in
   * the parts behind, and the layers behind. How far that goes depends on the steps, and on how
   * many codes the activations take up, so it is found from the definition itself: its quantizers'
   * inputs are moved by as much, and twice the distance that its results then have is allowed
   * beside the base precision's tolerance. That is nearly as far as the definition is from
   * quantizing nothing, so where both are known {@link Displacement} tells more.
   *
   * @param source the tensors that the engine is given
   * @param expected what the strategy defines
   */
  public static PassTolerance of(ModelProblem problem, TensorSource source, ExpectedPass expected) {
    PassTolerance base = of(problem.precision());
    double turned = 0;
    int rows = expected.tokens().length * expected.tokens()[0].length;
    int draws = draws(problem.strategy(), problem.shape(), rows);
    for (int draw = 0; draw < draws; draw++) {
      ReferenceModel moved = new ReferenceModel(problem, source, jitter(problem.strategy(), draw));
      turned = Math.max(turned, PassVerifier.largestError(moved, expected));
    }
    return draws == 0
        ? base
        : new PassTolerance(base.relativeFrobenius + OFTEN_AS_FAR * turned, false);
  }

  /**
   * How often a definition is moved to see how far it goes: not at all where no activations are
   * quantized, once where there are so many codes and results that chance evens out.
   *
   * @param rows of the results that are compared
   */
  static int draws(Strategy strategy, ModelShape shape, int rows) {
    LinearScheme linear = strategy.linear();
    boolean turns =
        strategy.int8Cache()
            || !(linear instanceof LinearScheme.Plain || linear instanceof LinearScheme.WeightOnly);
    if (!turns) {
      return 0;
    }
    return shape.parametersPerLayer() > MANY_PARAMETERS && rows >= MANY_ROWS ? 1 : DRAWS_OF_FEW;
  }

  /** What moves a definition as far as an engine's rounding does. */
  static Jitter jitter(Strategy strategy, int draw) {
    return Jitter.of(strategy.base().activation(), draw);
  }
}
