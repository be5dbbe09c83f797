package org.joulemark.kernels.cuda;

import org.joulemark.kernels.quant.Precision;

/** The 8-bit codes of a quantized part's activations; its weights' are symmetric, or E4M3. */
enum CodeFormat {
  /** INT8 without a zero point. */
  SYMMETRIC("sym", "int8", Precision.INT8),
  /** INT8 with a zero point. */
  ASYMMETRIC("asym", "int8", Precision.INT8),
  /** FP8 with four exponent and three mantissa bits. */
  E4M3("fp8", "fp8", Precision.FP8_E4M3);

  /** What numbers of codes in a row and of rows are padded to, as the tensor cores' units want. */
  static final int MULTIPLE = 16;

  private final String id;
  private final String unit;
  private final Precision precision;

  CodeFormat(String id, String unit, Precision precision) {
    this.id = id;
    this.unit = unit;
    this.precision = precision;
  }

  /** In the names of kernels that make codes. */
  String id() {
    return id;
  }

  /** In the names of kernels that multiply codes. */
  String unit() {
    return unit;
  }

  /** What a product multiplies in. */
  Precision precision() {
    return precision;
  }

  /** Whether codes are integers, whose sums of products are. */
  boolean isInteger() {
    return precision.isInteger();
  }

  /** A count, padded. */
  static int padded(int count) {
    return Math.multiplyExact((count - 1) / MULTIPLE + 1, MULTIPLE);
  }
}
