package org.joulemark.kernels.quant.calibration;

/**
 * Chooses how far codes reach: beyond a threshold of magnitude numbers saturate, and the smaller
 * the threshold, the finer the steps within it. Where codes are asymmetric the range of the numbers
 * is cut at the threshold on both sides. One file each; {@link Calibrators} lists them.
 */
public interface Calibrator {

  /** The name in strategies: {@code minmax}. */
  String id();

  /** One line for people. */
  String definition();

  /**
   * The largest magnitude that is not to saturate, in (0, {@link ActivationSample#absmax}], or 0
   * for numbers that are all 0.
   */
  float threshold(ActivationSample sample, CodeFormat format);

  /** The scale that follows from the threshold. */
  default FittedScale fit(ActivationSample sample, CodeFormat format) {
    float threshold = threshold(sample, format);
    return format.scale(Math.max(sample.low(), -threshold), Math.min(sample.high(), threshold));
  }
}
