package org.joulemark.kernels.quant;

/** A number format as it lies in memory. */
public enum ElementType {
  /** IEEE 754 binary32. */
  FP32(4, 23, false),
  /** IEEE 754 binary16. */
  FP16(2, 10, false),
  /** bfloat16: the upper half of an FP32. */
  BF16(2, 7, false),
  /** OCP FP8 E4M3 (finite only: largest value 448). */
  FP8_E4M3(1, 3, false),
  /** OCP FP8 E5M2 (largest finite value 57344). */
  FP8_E5M2(1, 2, false),
  /** Two's complement 8-bit integer. */
  INT8(1, 0, true),
  /** Two's complement 32-bit integer. */
  INT32(4, 0, true);

  private final int bytes;
  private final int mantissaBits;
  private final boolean integer;

  ElementType(int bytes, int mantissaBits, boolean integer) {
    this.bytes = bytes;
    this.mantissaBits = mantissaBits;
    this.integer = integer;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether the format holds integers. */
  public boolean isInteger() {
    return integer;
  }

  /**
   * Half a unit in the last place of 1: the largest relative error of rounding a normal number to
   * nearest.
   *
   * @throws IllegalStateException for an integer format
   */
  public double unitRoundoff() {
    if (integer) {
      throw new IllegalStateException(this + " has no relative rounding error");
    }
    return Math.scalb(1.0, -(mantissaBits + 1));
  }
}
