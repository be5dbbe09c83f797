package org.joulemark.kernels.quant;

import java.util.Arrays;
import java.util.Objects;

/**
 * What is known beforehand of how one linear part is quantized: what a calibration has fitted or a
 * training has learned. Immutable; arrays are not copied and must not be changed.
 */
public final class PartScales {
  /** Nothing is known: weights' scales follow from the weights, activations' from themselves. */
  public static final PartScales NONE = new PartScales(Double.NaN, 0, new float[0], new float[0]);

  private final double activationScale;
  private final int activationZeroPoint;
  private final float[] weightScales;
  private final float[] smoothing;

  /**
   * Makes one.
   *
   * @param activationScale s of q = clip(round(x/s) + z), NaN where it is found at run time
   * @param activationZeroPoint z, 0 for symmetric codes
   * @param weightScales [N], one for each output channel; empty for max|w|/127 (or /448 in FP8)
   * @param smoothing [K], what each input is divided by and each weight's column multiplied by;
   *     empty for none
   * @throws IllegalArgumentException for a scale that is not positive and finite
   */
  public PartScales(
      double activationScale, int activationZeroPoint, float[] weightScales, float[] smoothing) {
    boolean fitted = !Double.isNaN(activationScale);
    if (fitted && !(activationScale > 0 && Double.isFinite(activationScale))) {
      throw new IllegalArgumentException("an activation scale must be positive and finite");
    }
    requirePositive(weightScales, "weight");
    requirePositive(smoothing, "smoothing");
    this.activationScale = activationScale;
    this.activationZeroPoint = activationZeroPoint;
    this.weightScales = weightScales;
    this.smoothing = smoothing;
  }

  private static void requirePositive(float[] scales, String what) {
    for (float scale : scales) {
      if (!(scale > 0 && Float.isFinite(scale))) {
        throw new IllegalArgumentException(
            "every " + what + " scale must be positive and finite, not " + scale);
      }
    }
  }

  /** s of the activations, NaN where it is found at run time. */
  public double activationScale() {
    return activationScale;
  }

  /** z of the activations. */
  public int activationZeroPoint() {
    return activationZeroPoint;
  }

  /** [N], empty where they follow from the weights. */
  public float[] weightScales() {
    return weightScales;
  }

  /** [K], empty for none. */
  public float[] smoothing() {
    return smoothing;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PartScales that
        && Double.compare(activationScale, that.activationScale) == 0
        && activationZeroPoint == that.activationZeroPoint
        && Arrays.equals(weightScales, that.weightScales)
        && Arrays.equals(smoothing, that.smoothing);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        activationScale,
        activationZeroPoint,
        Arrays.hashCode(weightScales),
        Arrays.hashCode(smoothing));
  }

  @Override
  public String toString() {
    return "PartScales[activationScale="
        + activationScale
        + ", zeroPoint="
        + activationZeroPoint
        + ", weightScales="
        + weightScales.length
        + ", smoothing="
        + smoothing.length
        + "]";
  }
}
