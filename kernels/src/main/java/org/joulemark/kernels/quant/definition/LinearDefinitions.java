package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;

/** The definition of each scheme. */
public final class LinearDefinitions {
  private LinearDefinitions() {}

  /**
   * What a linear part computes under a scheme.
   *
   * @param base the format of activations between the parts: what quantizers see is rounded to it
   * @param weights the part's weight, whose rows are looked at only where one scale is for all or
   *     where they are stored as codes
   * @throws IllegalArgumentException for scales that do not fit the weight; for a scheme whose
   *     activations need a calibrated scale, when a call needs it
   */
  public static LinearDefinition of(
      LinearScheme scheme,
      ElementType base,
      LinearPart part,
      PartScales scales,
      WeightRows weights) {
    Activations rounding = new Activations(part, base);
    requireLength(scales.weightScales().length, weights.rows(), "weight scales", part);
    requireLength(scales.smoothing().length, weights.columns(), "smoothing factors", part);
    if (scheme instanceof LinearScheme.Int8 int8) {
      return new Int8Definition(int8, rounding, scales);
    }
    if (scheme instanceof LinearScheme.Fp8 fp8) {
      return new Fp8Definition(fp8, rounding, scales, weights);
    }
    if (scheme instanceof LinearScheme.WeightOnly weightOnly) {
      return new WeightOnlyDefinition(weightOnly, scales, weights);
    }
    if (scheme instanceof LinearScheme.Dynamic dynamic) {
      return new DynamicDefinition(dynamic, rounding);
    }
    return new PlainDefinition();
  }

  /**
   * Whether a call's result for one row depends on the other rows, so that no row can be computed
   * alone.
   */
  public static boolean looksAtAllRows(LinearScheme scheme) {
    return scheme instanceof LinearScheme.Dynamic
        || (scheme instanceof LinearScheme.Int8 int8 && int8.separatesOutliers());
  }

  private static void requireLength(int length, int expected, String what, LinearPart part) {
    if (length != 0 && length != expected) {
      throw new IllegalArgumentException(
          part.id() + " has " + expected + " channels that way, not " + length + " " + what + ".");
    }
  }
}
