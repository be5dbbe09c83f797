package org.joulemark.kernels.cuda;

import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.quant.Precision;

/**
 * What GPUs and libraries cannot do, known before anything is allocated. Sources: the cuBLAS 13
 * documentation, sections cublasLtMatmul() and cublasGemmEx(); the CUDA programming guide's table
 * of formats by compute capability.
 */
final class GemmSupport {
  static final String CUBLASLT = "cublaslt";
  static final String CUBLAS = "cublas";

  private static final int TURING = 75;
  private static final int AMPERE = 80;
  private static final int ADA = 89;
  private static final int INT8_MULTIPLE = 4;
  private static final int FP8_MULTIPLE = 16;

  private GemmSupport() {}

  /**
   * Checks the problem against a GPU and a library.
   *
   * @throws UnsupportedWorkException with one sentence that says what is missing
   */
  static void check(GemmProblem problem, String library, int computeCapability, String deviceName) {
    checkFormats(problem.precision(), computeCapability, deviceName);
    checkSizes(problem);
    checkEpilogue(problem, library);
    if (library.equals(CUBLAS)
        && (problem.precision().isFp8() || problem.precision() == Precision.INT8_OUT8)) {
      throw new UnsupportedWorkException(
          "cuBLAS has no GEMM in " + problem.precision() + "; library=cublaslt has.");
    }
  }

  /**
   * Checks that a GPU multiplies in these formats.
   *
   * @throws UnsupportedWorkException with one sentence that says what is missing
   */
  static void checkFormats(Precision precision, int computeCapability, String deviceName) {
    int needed =
        switch (precision) {
          case FP32, FP16, FP16_ACC16 -> 0;
          case INT8, INT8_OUT8 -> TURING;
          case TF32, BF16 -> AMPERE;
          case FP8_E4M3, FP8_E5M2 -> ADA;
        };
    if (computeCapability < needed) {
      throw new UnsupportedWorkException(
          deviceName
              + " (compute capability "
              + computeCapability / 10
              + "."
              + computeCapability % 10
              + ") has no tensor cores for "
              + precision
              + ", which needs "
              + needed / 10
              + "."
              + needed % 10
              + ".");
    }
  }

  private static void checkSizes(GemmProblem problem) {
    Precision precision = problem.precision();
    int multiple = precision.isInteger() ? INT8_MULTIPLE : precision.isFp8() ? FP8_MULTIPLE : 1;
    GemmShape shape = problem.shape();
    if (shape.k() % multiple != 0 || shape.n() % multiple != 0) {
      throw new UnsupportedWorkException(
          "A GEMM in "
              + precision
              + " needs N and K to be multiples of "
              + multiple
              + "; "
              + shape.name()
              + " has N="
              + shape.n()
              + ", K="
              + shape.k()
              + ".");
    }
  }

  private static void checkEpilogue(GemmProblem problem, String library) {
    Epilogue epilogue = problem.epilogue();
    if (epilogue == Epilogue.NONE) {
      return;
    }
    if (problem.precision().isInteger()) {
      throw new UnsupportedWorkException(
          problem.precision() + " has no epilogue " + epilogue.id() + ": its result is integer.");
    }
    if (library.equals(CUBLAS)) {
      throw new UnsupportedWorkException(
          epilogue == Epilogue.BIAS
              ? "cuBLAS has no bias epilogue; library=cublaslt has."
              : "cuBLAS adds the residual in place, which would change it from unit to unit; "
                  + "library=cublaslt does not.");
    }
  }
}
