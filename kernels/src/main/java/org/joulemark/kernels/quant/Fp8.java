package org.joulemark.kernels.quant;

/**
 * The two FP8 formats of the Open Compute Project's "OCP 8-bit Floating Point Specification (OFP8)"
 * 1.0 in plain Java, with its saturating conversion: what is too large, infinity included, becomes
 * the largest finite value of its sign. Conversions round to nearest, ties to even; they allocate
 * nothing.
 */
public final class Fp8 {
  /** Largest value of E4M3, which has no infinity. */
  public static final float E4M3_MAX_FINITE = 448.0f;

  /** Largest finite value of E5M2. */
  public static final float E5M2_MAX_FINITE = 57344.0f;

  private static final int FLOAT_INFINITY = 0x7f800000;

  private static final int E4M3_MAX_FLOAT_BITS = 0x43e00000;
  private static final int E4M3_SMALLEST_NORMAL = 0x3c800000;
  private static final int E4M3_REBIAS = (127 - 7) << 23;
  // Its unit in the last place is 2⁻⁹, the spacing of E4M3's subnormals: the addition rounds there.
  private static final float E4M3_SUBNORMAL_MAGIC = 16384.0f;

  private static final int E5M2_MAX_FLOAT_BITS = 0x47600000;
  private static final int E5M2_SMALLEST_NORMAL = 0x38800000;
  private static final int E5M2_REBIAS = (127 - 15) << 23;
  // Its unit in the last place is 2⁻¹⁶, the spacing of E5M2's subnormals.
  private static final float E5M2_SUBNORMAL_MAGIC = 128.0f;

  private static final float[] E4M3_VALUES = new float[256];
  private static final float[] E5M2_VALUES = new float[256];

  static {
    for (int code = 0; code < 256; code++) {
      E4M3_VALUES[code] = valueOfE4m3(code);
      // E5M2 is binary16 without its lower eight mantissa bits.
      E5M2_VALUES[code] = Fp16.decode((short) (code << 8));
    }
  }

  private Fp8() {}

  /**
   * The nearest E4M3 code (4 exponent bits, bias 7; 3 mantissa bits), saturating at ±448; NaN
   * becomes 0x7f or 0xff by its sign.
   */
  public static byte encodeE4m3(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 24) & 0x80;
    int magnitude = bits & 0x7fffffff;
    int code;
    if (magnitude >= E4M3_MAX_FLOAT_BITS) {
      code = magnitude > FLOAT_INFINITY ? 0x7f : 0x7e;
    } else if (magnitude >= E4M3_SMALLEST_NORMAL) {
      code = (magnitude + 0x7ffff + ((magnitude >>> 20) & 1) - E4M3_REBIAS) >>> 20;
    } else {
      code =
          Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + E4M3_SUBNORMAL_MAGIC)
              - Float.floatToRawIntBits(E4M3_SUBNORMAL_MAGIC);
    }
    return (byte) (sign | code);
  }

  /**
   * The nearest E5M2 code (5 exponent bits, bias 15; 2 mantissa bits), saturating at ±57344; NaN
   * becomes 0x7f or 0xff by its sign.
   */
  public static byte encodeE5m2(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 24) & 0x80;
    int magnitude = bits & 0x7fffffff;
    int code;
    if (magnitude >= E5M2_MAX_FLOAT_BITS) {
      code = magnitude > FLOAT_INFINITY ? 0x7f : 0x7b;
    } else if (magnitude >= E5M2_SMALLEST_NORMAL) {
      code = (magnitude + 0xfffff + ((magnitude >>> 21) & 1) - E5M2_REBIAS) >>> 21;
    } else {
      code =
          Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + E5M2_SUBNORMAL_MAGIC)
              - Float.floatToRawIntBits(E5M2_SUBNORMAL_MAGIC);
    }
    return (byte) (sign | code);
  }

  /** The value that an E4M3 code stands for, exactly. */
  public static float decodeE4m3(byte code) {
    return E4M3_VALUES[code & 0xff];
  }

  /** The value that an E5M2 code stands for, exactly; 0x7c and 0xfc are the infinities. */
  public static float decodeE5m2(byte code) {
    return E5M2_VALUES[code & 0xff];
  }

  private static float valueOfE4m3(int code) {
    int magnitude = code & 0x7f;
    float value;
    if (magnitude == 0x7f) {
      value = Float.NaN;
    } else if (magnitude >= 8) {
      value = Float.intBitsToFloat((magnitude << 20) + E4M3_REBIAS);
    } else {
      value = magnitude * 0x1p-9f;
    }
    return code >= 0x80 ? -value : value;
  }
}
