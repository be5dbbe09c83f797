package org.joulemark.kernels.quant;

/**
 * A number as its symmetric INT8 code stands for it, x̂ = s·clamp(rint(x/s), ±127), and what a
 * training takes for its derivatives: the rounding counts as a shift that stays as it is, so that
 * ∂x̂/∂x is 1 inside the codes' range and 0 beyond it (the straight-through estimator, Bengio et
 * al., arXiv 1308.3432) and ∂x̂/∂s is rint(x/s) − x/s inside and ±127 beyond (Esser et al.,
 * "Learned step size quantization", arXiv 1902.08153). FP64; engines that train are held against
 * it.
 */
public final class FakeQuantizer {
  /** The largest code. */
  public static final int LARGEST_CODE = 127;

  private FakeQuantizer() {}

  /** x̂. */
  public static double value(double x, double scale) {
    return scale * code(x / scale);
  }

  /** ∂x̂/∂x: 1 where |x/s| is at most 127, else 0. */
  public static double slope(double x, double scale) {
    return isInside(x / scale) ? 1 : 0;
  }

  /** ∂x̂/∂s. */
  public static double scaleSlope(double x, double scale) {
    double steps = x / scale;
    return isInside(steps) ? Math.rint(steps) - steps : code(steps);
  }

  private static boolean isInside(double steps) {
    return Math.abs(steps) <= LARGEST_CODE;
  }

  private static double code(double steps) {
    return Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, Math.rint(steps)));
  }
}
