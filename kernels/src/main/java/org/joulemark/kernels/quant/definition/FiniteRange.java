package org.joulemark.kernels.quant.definition;

/**
 * The smallest and the largest finite number of a row, 0 always among them. Infinite numbers do not
 * widen the range, so that one of them does not turn all others into zeros; they saturate instead.
 *
 * @param low at most 0
 * @param high at least 0
 */
record FiniteRange(float low, float high) {

  /**
   * Of a row.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  static FiniteRange of(float[] x) {
    float low = 0;
    float high = 0;
    for (int k = 0; k < x.length; k++) {
      if (Float.isNaN(x[k])) {
        throw new IllegalArgumentException("NaN at index " + k + " cannot be quantized.");
      }
      if (!Float.isInfinite(x[k])) {
        low = Math.min(low, x[k]);
        high = Math.max(high, x[k]);
      }
    }
    return new FiniteRange(low, high);
  }

  /** The largest magnitude. */
  float absmax() {
    return Math.max(-low, high);
  }

  /** The distance from low to high; the largest finite number where it is beyond that. */
  float width() {
    return Math.min(high - low, Float.MAX_VALUE);
  }

  /**
   * One of {@code steps} equal steps over a width; 1 where that is 0, so that a scale can always be
   * divided by.
   */
  static float step(float width, float steps) {
    float step = width / steps;
    return step == 0 ? 1 : step;
  }
}
