package org.joulemark.kernels.quant.definition;

import java.util.Arrays;
import org.joulemark.kernels.quant.Fp16;

/**
 * INT4 codes of a row of weights, with a scale and a zero point for each group of consecutive
 * numbers (the last group may be shorter): lo = min(0, min w), hi = max(0, max w), s = (hi − lo) /
 * 15 rounded to FP16, z = clamp(rint(−lo / s), 0, 15), q = clamp(rint(w / s) + z, 0, 15). A scale
 * that would be 0 is 1, one that FP16 cannot hold its largest number. Infinite numbers do not count
 * for the scale and saturate. Immutable; arrays are not copied and must not be changed.
 */
public final class Int4Groups {
  private static final float STEPS = 15f;

  private final byte[] codes;
  private final float[] scales;
  private final int[] zeroPoints;
  private final int group;

  private Int4Groups(byte[] codes, float[] scales, int[] zeroPoints, int group) {
    this.codes = codes;
    this.scales = scales;
    this.zeroPoints = zeroPoints;
    this.group = group;
  }

  /**
   * The codes of a row.
   *
   * @param group numbers that share a scale, at least 1
   * @throws IllegalArgumentException if a group holds NaN
   */
  public static Int4Groups of(float[] row, int group) {
    int groups = (row.length + group - 1) / group;
    byte[] codes = new byte[row.length];
    float[] scales = new float[groups];
    int[] zeroPoints = new int[groups];
    for (int g = 0; g < groups; g++) {
      int from = g * group;
      int to = Math.min(row.length, from + group);
      FiniteRange range = FiniteRange.of(Arrays.copyOfRange(row, from, to));
      float scale = storedScale(FiniteRange.step(range.width(), STEPS));
      int zeroPoint = clamp(Math.rint(-range.low() / scale));
      for (int k = from; k < to; k++) {
        float quotient = row[k] / scale;
        codes[k] = (byte) clamp(Math.rint(quotient) + zeroPoint);
      }
      scales[g] = scale;
      zeroPoints[g] = zeroPoint;
    }
    return new Int4Groups(codes, scales, zeroPoints, group);
  }

  /**
   * Codes that somebody else has chosen.
   *
   * @param codes one in [0, 15] a number
   * @param scales of each group, finite and exact in FP16
   * @param zeroPoints of each group, in [0, 15]
   * @param group numbers that share a scale, at least 1
   * @throws IllegalArgumentException if there is not one scale and one zero point for each group
   */
  public static Int4Groups stored(byte[] codes, float[] scales, int[] zeroPoints, int group) {
    int groups = (codes.length + group - 1) / group;
    if (scales.length != groups || zeroPoints.length != groups) {
      throw new IllegalArgumentException(
          codes.length
              + " codes in groups of "
              + group
              + " have "
              + groups
              + " scales and zero points, not "
              + scales.length
              + " and "
              + zeroPoints.length
              + ".");
    }
    return new Int4Groups(codes, scales, zeroPoints, group);
  }

  /** As FP16 holds it, since checkpoints store scales so. */
  private static float storedScale(float scale) {
    float stored = Fp16.decode(Fp16.encode(Math.min(scale, Fp16.MAX_FINITE)));
    return stored == 0 ? 1 : stored;
  }

  private static int clamp(double code) {
    return (int) Math.max(0, Math.min(STEPS, code));
  }

  /** One code in [0, 15] a number, not packed. */
  public byte[] codes() {
    return codes;
  }

  /** s of each group, finite and exact in FP16; positive where {@link #of} has chosen it. */
  public float[] scales() {
    return scales;
  }

  /** z of each group, in [0, 15]. */
  public int[] zeroPoints() {
    return zeroPoints;
  }

  /** What the code at an index stands for: (q − z)·s. */
  public double value(int index) {
    int g = index / group;
    return (double) (codes[index] - zeroPoints[g]) * scales[g];
  }
}
