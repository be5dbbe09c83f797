package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;

/** The names that cuBLAS gives to our formats and precisions. */
final class CudaTypes {
  private static final short HALF_ZERO = 0x0000;
  private static final short HALF_ONE = 0x3c00;

  private CudaTypes() {}

  /** {@code cudaDataType} of an element. */
  static int dataType(ElementType type) {
    return switch (type) {
      case FP32 -> cudart.CUDA_R_32F;
      case FP16 -> cudart.CUDA_R_16F;
      case BF16 -> cudart.CUDA_R_16BF;
      case FP8_E4M3 -> cudart.CUDA_R_8F_E4M3;
      case FP8_E5M2 -> cudart.CUDA_R_8F_E5M2;
      case INT8 -> cudart.CUDA_R_8I;
      case INT32 -> cudart.CUDA_R_32I;
    };
  }

  /** {@code cublasComputeType_t} of a precision. FP32 is never TF32. */
  static int computeType(Precision precision) {
    return switch (precision) {
      case FP32, FP16, BF16, FP8_E4M3, FP8_E5M2 -> cublas.CUBLAS_COMPUTE_32F;
      case TF32 -> cublas.CUBLAS_COMPUTE_32F_FAST_TF32;
      case FP16_ACC16 -> cublas.CUBLAS_COMPUTE_16F;
      case INT8, INT8_OUT8 -> cublas.CUBLAS_COMPUTE_32I;
    };
  }

  /** {@code cudaDataType} of alpha and beta. */
  static int scaleType(Precision precision) {
    return switch (precision) {
      case FP32, TF32, FP16, BF16, FP8_E4M3, FP8_E5M2, INT8_OUT8 -> cudart.CUDA_R_32F;
      case FP16_ACC16 -> cudart.CUDA_R_16F;
      case INT8 -> cudart.CUDA_R_32I;
    };
  }

  /**
   * A number in the scale type.
   *
   * @param value any number where the scale type is FP32, 0 or 1 otherwise
   */
  static Pointer scalar(Precision precision, double value) {
    return switch (precision) {
      case FP32, TF32, FP16, BF16, FP8_E4M3, FP8_E5M2, INT8_OUT8 ->
          new FloatPointer(new float[] {(float) value});
      case FP16_ACC16 ->
          new ShortPointer(new short[] {zeroOrOne(value) == 0 ? HALF_ZERO : HALF_ONE});
      case INT8 -> new IntPointer(new int[] {zeroOrOne(value)});
    };
  }

  private static int zeroOrOne(double value) {
    if (value != 0 && value != 1) {
      throw new IllegalArgumentException("alpha and beta of this precision are 0 or 1");
    }
    return (int) value;
  }
}
