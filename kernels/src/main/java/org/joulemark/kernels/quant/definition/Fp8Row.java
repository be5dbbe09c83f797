package org.joulemark.kernels.quant.definition;

import org.joulemark.kernels.quant.Fp8;

/**
 * FP8 E4M3 codes of a row of numbers that share a scale: s = absmax / 448 in FP32, 1 where that is
 * 0; the code is that of x / s (an IEEE division in FP32), rounded to nearest with ties to even and
 * saturating at ±448. Infinite numbers do not count for the scale. Immutable; the array of codes is
 * not copied and must not be changed.
 */
public final class Fp8Row {
  private final byte[] codes;
  private final float scale;

  private Fp8Row(byte[] codes, float scale) {
    this.codes = codes;
    this.scale = scale;
  }

  /**
   * Codes with the row's own scale.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  public static Fp8Row of(float[] x) {
    return of(x, scaleOf(FiniteRange.of(x).absmax()));
  }

  /**
   * Codes with a given scale.
   *
   * @throws IllegalArgumentException naming the first NaN
   */
  public static Fp8Row of(float[] x, float scale) {
    byte[] codes = new byte[x.length];
    for (int k = 0; k < x.length; k++) {
      if (Float.isNaN(x[k])) {
        throw new IllegalArgumentException("NaN at index " + k + " cannot be quantized.");
      }
      codes[k] = Fp8.encodeE4m3(x[k] / scale);
    }
    return new Fp8Row(codes, scale);
  }

  /** The scale of numbers whose largest finite magnitude is {@code absmax}. */
  public static float scaleOf(float absmax) {
    return FiniteRange.step(absmax, Fp8.E4M3_MAX_FINITE);
  }

  /** One code a number. */
  public byte[] codes() {
    return codes;
  }

  /** s, positive and finite. */
  public float scale() {
    return scale;
  }

  /** What the code at an index stands for. */
  public double value(int index) {
    return (double) Fp8.decodeE4m3(codes[index]) * scale;
  }
}
