package org.joulemark.kernels.quant;

/**
 * IEEE 754 binary16 in plain Java: 1 sign bit, 5 exponent bits (bias 15), 10 mantissa bits.
 * Conversions round to nearest, ties to even; they allocate nothing.
 */
public final class Fp16 {
  /** Largest finite value. */
  public static final float MAX_FINITE = 65504.0f;

  /** Smallest positive (subnormal) value, 2⁻²⁴. */
  public static final float SMALLEST_SUBNORMAL = 0x1p-24f;

  private static final int FLOAT_INFINITY = 0x7f800000;
  // 65520, the middle between the largest finite value and the next power of two: ties go to even,
  // which here is infinity.
  private static final int OVERFLOW_THRESHOLD = 0x477ff000;
  private static final int SMALLEST_NORMAL = 0x38800000;
  private static final int REBIAS = (127 - 15) << 23;
  // One unit in the last place of 0.5f is 2⁻²⁴, the spacing of the subnormals: adding 0.5f makes
  // the
  // processor round there.
  private static final float SUBNORMAL_MAGIC = 0.5f;

  private Fp16() {}

  /**
   * The nearest code. Beyond the largest finite value: infinity; a NaN stays a (quiet) NaN of the
   * same sign and leading payload bits.
   */
  public static short encode(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    int code;
    if (magnitude >= OVERFLOW_THRESHOLD) {
      code = magnitude > FLOAT_INFINITY ? 0x7e00 | ((magnitude >>> 13) & 0x3ff) : 0x7c00;
    } else if (magnitude >= SMALLEST_NORMAL) {
      code = (magnitude + 0xfff + ((magnitude >>> 13) & 1) - REBIAS) >>> 13;
    } else {
      code =
          Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + SUBNORMAL_MAGIC)
              - Float.floatToRawIntBits(SUBNORMAL_MAGIC);
    }
    return (short) (sign | code);
  }

  /** The value that a code stands for, exactly. */
  public static float decode(short code) {
    int sign = (code & 0x8000) << 16;
    int magnitude = code & 0x7fff;
    if (magnitude >= 0x7c00) {
      return Float.intBitsToFloat(sign | FLOAT_INFINITY | ((magnitude & 0x3ff) << 13));
    }
    if (magnitude >= 0x400) {
      return Float.intBitsToFloat(sign | ((magnitude << 13) + REBIAS));
    }
    float subnormal = magnitude * SMALLEST_SUBNORMAL;
    return sign == 0 ? subnormal : -subnormal;
  }
}
