package org.joulemark.kernels.quant;

/**
 * bfloat16 in plain Java: the upper half of an FP32 (1 sign bit, 8 exponent bits, 7 mantissa bits).
 * Conversions round to nearest, ties to even; they allocate nothing.
 */
public final class Bf16 {
  /** Smallest positive (subnormal) value, 2⁻¹³³. */
  public static final float SMALLEST_SUBNORMAL = 0x1p-133f;

  private Bf16() {}

  /**
   * The nearest code. Beyond the largest finite value: infinity; a NaN stays a (quiet) NaN of the
   * same sign and leading payload bits.
   */
  public static short encode(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      // Rounding could carry a NaN's payload into infinity; setting the quiet bit cannot.
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** The value that a code stands for, exactly. */
  public static float decode(short code) {
    return Float.intBitsToFloat(code << 16);
  }
}
