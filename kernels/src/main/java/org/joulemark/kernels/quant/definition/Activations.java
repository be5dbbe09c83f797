package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;

/**
 * The activations of one part's calls as quantizers take them: rounded to the base precision's
 * format, in which they lie between the parts. So an engine that quantizes in the pass that made
 * them gives the same codes as one that stores them first.
 *
 * @param base the format of activations between the parts
 */
record Activations(LinearPart part, ElementType base) {

  /**
   * Rounded.
   *
   * @throws IllegalArgumentException naming the part and the place of the first NaN
   */
  float[][] rounded(double[][] x) {
    float[][] rounded = new float[x.length][];
    for (int m = 0; m < x.length; m++) {
      rounded[m] = new float[x[m].length];
      for (int k = 0; k < x[m].length; k++) {
        if (Double.isNaN(x[m][k])) {
          throw new IllegalArgumentException(
              "the activations of " + part.id() + " hold NaN: row " + m + ", column " + k + ".");
        }
        rounded[m][k] = ElementCodec.round(base, (float) x[m][k]);
      }
    }
    return rounded;
  }

  /**
   * The static scale that a calibration has found.
   *
   * @throws IllegalArgumentException where it has not
   */
  float requireScale(double scale) {
    if (Double.isNaN(scale)) {
      throw new IllegalArgumentException(
          part.id() + " needs a calibrated activation scale, and there is none.");
    }
    return (float) scale;
  }
}
