package org.joulemark.kernels.engine;

import org.joulemark.kernels.quant.PartScales;

/**
 * One linear part whose scales are being trained: Y = X̂·Ŵᵀ, where X̂ [M, K] and Ŵ [N, K] are X and
 * W as their codes stand for them ({@link org.joulemark.kernels.quant.FakeQuantizer}), X with one
 * scale, W with one for each row, after each input k is divided by t_k and each weight's column
 * multiplied by it, where there are such factors. W itself stays as it is. The bias is not part of
 * it. Used from one thread.
 *
 * <p>With q′ = ∂q̂/∂s of {@link org.joulemark.kernels.quant.FakeQuantizer#scaleSlope}, dX̂ = dY·Ŵ,
 * and G the q′ of W: ds_x = Σ dX̂∘q′(X), ds_w[n] = Σ_m (dY∘X̂·Gᵀ)[m, n], and t_k·dt_k = Σ_m
 * (s_x·dX̂∘q′(X) − X̂∘((dY∘s_w)·G))[m, k], since rounding x/t and w·t away from their product is
 * all that t changes.
 */
public interface TrainableLinear extends AutoCloseable {

  /** N. */
  int outFeatures();

  /** K. */
  int inFeatures();

  /**
   * X·Wᵀ with nothing quantized, in the widest arithmetic that the engine trains with.
   *
   * @param x [M][K], M at most what the part was prepared for
   * @return [M][N]
   */
  double[][] plain(double[][] x);

  /**
   * Sets the scales for the calls that follow.
   *
   * @param scales an activation scale, no zero point, one weight scale for each row, and a factor
   *     for each input or none
   * @throws IllegalArgumentException for scales of another number or kind
   */
  void scales(PartScales scales);

  /**
   * X̂·Ŵᵀ. Keeps what {@link #backward} needs until the next call.
   *
   * @param x [M][K]
   * @return [M][N]
   * @throws IllegalStateException before scales are set
   */
  double[][] forward(double[][] x);

  /**
   * Derivatives of what the last {@link #forward} gave. Where they exceed the engine's format they
   * are infinite or NaN, and stay so: whoever trains skips that step.
   *
   * @param dy ∂L/∂Y [M][N]
   * @throws IllegalStateException before a forward
   */
  Gradients backward(double[][] dy);

  /** Frees what is on the device. */
  @Override
  void close();

  /** Derivatives of the loss by what one part was given; arrays are shared, not copied. */
  final class Gradients {
    private final double[][] input;
    private final double activationScale;
    private final double[] weightScales;
    private final double[] smoothing;

    /**
     * Hands them over.
     *
     * @param input ∂L/∂X [M][K], zero where X is beyond the codes' range
     * @param activationScale ∂L/∂s_x
     * @param weightScales ∂L/∂s_w [N]
     * @param smoothing ∂L/∂t [K], empty where there are no such factors
     */
    public Gradients(
        double[][] input, double activationScale, double[] weightScales, double[] smoothing) {
      this.input = input;
      this.activationScale = activationScale;
      this.weightScales = weightScales;
      this.smoothing = smoothing;
    }

    /** ∂L/∂X [M][K]. */
    public double[][] input() {
      return input;
    }

    /** ∂L/∂s_x. */
    public double activationScale() {
      return activationScale;
    }

    /** ∂L/∂s_w [N]. */
    public double[] weightScales() {
      return weightScales;
    }

    /** ∂L/∂t [K], empty where there are no such factors. */
    public double[] smoothing() {
      return smoothing;
    }
  }

  /**
   * Checks that scales are those of a part that trains.
   *
   * @return them
   * @throws IllegalArgumentException for scales of another number or kind
   */
  static PartScales checked(PartScales scales, int outFeatures, int inFeatures) {
    if (Double.isNaN(scales.activationScale()) || scales.activationZeroPoint() != 0) {
      throw new IllegalArgumentException("training needs a symmetric activation scale");
    }
    if (scales.weightScales().length != outFeatures) {
      throw new IllegalArgumentException(
          scales.weightScales().length + " scales are not those of " + outFeatures + " rows");
    }
    int factors = scales.smoothing().length;
    if (factors != 0 && factors != inFeatures) {
      throw new IllegalArgumentException(
          factors + " factors are not those of " + inFeatures + " inputs");
    }
    return scales;
  }
}
