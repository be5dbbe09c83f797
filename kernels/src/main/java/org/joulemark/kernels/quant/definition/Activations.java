package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.LinearPart;

/** The activations of a call as quantizers take them. */
final class Activations {
  private Activations() {}

  /**
   * In FP32.
   *
   * @throws IllegalArgumentException naming the part and the place of the first NaN
   */
  static float[][] toFp32(LinearPart part, double[][] x) {
    float[][] rounded = new float[x.length][];
    for (int m = 0; m < x.length; m++) {
      rounded[m] = new float[x[m].length];
      for (int k = 0; k < x[m].length; k++) {
        if (Double.isNaN(x[m][k])) {
          throw new IllegalArgumentException(
              "the activations of " + part.id() + " hold NaN: row " + m + ", column " + k + ".");
        }
        rounded[m][k] = (float) x[m][k];
      }
    }
    return rounded;
  }

  /**
   * The static scale that a calibration has found.
   *
   * @throws IllegalArgumentException where it has not
   */
  static float requireScale(LinearPart part, double scale) {
    if (Double.isNaN(scale)) {
      throw new IllegalArgumentException(
          part.id() + " needs a calibrated activation scale, and there is none.");
    }
    return (float) scale;
  }
}
