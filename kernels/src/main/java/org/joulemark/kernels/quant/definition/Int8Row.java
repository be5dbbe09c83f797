package org.joulemark.kernels.quant.definition;

/**
 * INT8 codes of a row of numbers that share a scale. All arithmetic is FP32 with IEEE divisions;
 * rint rounds to nearest, ties to even:
 *
 * <ul>
 *   <li>symmetric: s = absmax / 127, q = clamp(rint(x / s), −127, 127);
 *   <li>asymmetric: lo = min(0, min x), hi = max(0, max x), s = (hi − lo) / 255, z =
 *       clamp(rint(−128 − lo / s), −128, 127), q = clamp(rint(x / s) + z, −128, 127), so that 0
 *       becomes exactly z.
 * </ul>
 *
 * A scale that would be 0 is 1. Infinite numbers do not count for the scale and saturate.
 * Immutable; the array of codes is not copied and must not be changed.
 */
public final class Int8Row {
  private final byte[] codes;
  private final float scale;
  private final int zeroPoint;

  private Int8Row(byte[] codes, float scale, int zeroPoint) {
    this.codes = codes;
    this.scale = scale;
    this.zeroPoint = zeroPoint;
  }

  /**
   * Symmetric codes with the row's own scale.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  public static Int8Row symmetric(float[] x) {
    return symmetric(x, symmetricScale(x));
  }

  /**
   * Symmetric codes with a given scale.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  public static Int8Row symmetric(float[] x, float scale) {
    return new Int8Row(codes(x, scale, 0, -127), scale, 0);
  }

  /**
   * Codes with the row's own scale and zero point.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  public static Int8Row asymmetric(float[] x) {
    FiniteRange range = FiniteRange.of(x);
    float scale = FiniteRange.step(range.width(), 255f);
    return asymmetric(x, scale, zeroPoint(range.low(), scale));
  }

  /**
   * Codes with a given scale and zero point.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  public static Int8Row asymmetric(float[] x, float scale, int zeroPoint) {
    return new Int8Row(codes(x, scale, zeroPoint, -128), scale, zeroPoint);
  }

  /**
   * The scale of symmetric codes.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  public static float symmetricScale(float[] x) {
    return FiniteRange.step(FiniteRange.of(x).absmax(), 127f);
  }

  /** The zero point of asymmetric codes whose smallest number is {@code low}, at most 0. */
  public static int zeroPoint(float low, float scale) {
    return (int) Math.max(-128, Math.min(127, Math.rint(-128f - low / scale)));
  }

  private static byte[] codes(float[] x, float scale, int zeroPoint, int smallest) {
    byte[] codes = new byte[x.length];
    for (int k = 0; k < x.length; k++) {
      if (Float.isNaN(x[k])) {
        throw new IllegalArgumentException("NaN at index " + k + " cannot be quantized.");
      }
      // The quotient is an FP32; rounding it and adding the zero point are exact in double.
      float quotient = x[k] / scale;
      codes[k] = (byte) Math.max(smallest, Math.min(127, Math.rint(quotient) + zeroPoint));
    }
    return codes;
  }

  /** One code a number. */
  public byte[] codes() {
    return codes;
  }

  /** s, positive and finite. */
  public float scale() {
    return scale;
  }

  /** z, 0 for symmetric codes. */
  public int zeroPoint() {
    return zeroPoint;
  }

  /** What the code at an index stands for: (q − z)·s. */
  public double value(int index) {
    return (double) (codes[index] - zeroPoint) * scale;
  }
}
