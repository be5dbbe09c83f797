package org.joulemark.kernels.cuda;

import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * What a product of cuBLASLt is beside its sizes and formats: D = alpha · scales · (A·B) + bias +
 * another matrix.
 *
 * @param alpha what the accumulator is multiplied by
 * @param bias N numbers in the output's format for each product of the batch, null for none
 * @param adds whether a matrix of the output's size and format is added
 * @param output format of D and of the added matrix
 * @param weightScales N FP32 numbers on the device, null for none; only for FP8, together with
 * @param activationScales M FP32 numbers on the device, null for none
 */
record LtTerms(
    double alpha,
    @Nullable Pointer bias,
    boolean adds,
    ElementType output,
    @Nullable Pointer weightScales,
    @Nullable Pointer activationScales) {

  /** Nothing but the product. */
  static LtTerms none(ElementType output) {
    return new LtTerms(1, null, false, output, null, null);
  }

  /** Whether every row of W and of X has a scale. */
  boolean scalesRows() {
    return weightScales != null;
  }
}
