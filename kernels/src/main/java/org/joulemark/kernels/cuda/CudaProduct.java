package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.quant.ElementType;

/**
 * Products of a matrix W[N, K] that stays with matrices of any number of rows, through {@code
 * cublasGemmEx}, summed in FP32; cuBLAS picks the algorithm itself. Row-major matrices are its
 * column-major ones transposed.
 */
final class CudaProduct implements AutoCloseable {
  private final cublasContext handle;
  private final int n;
  private final int k;
  private final FloatPointer one = new FloatPointer(1f);
  private final FloatPointer zero = new FloatPointer(0f);

  /** On that handle, whose stream and workspace are set. */
  CudaProduct(cublasContext handle, int n, int k) {
    this.handle = handle;
    this.n = n;
    this.k = k;
  }

  /** Enqueues Y[M, N] = X[M, K] · W[N, K]ᵀ, all in one format. */
  void timesTransposed(int m, ElementType type, Pointer weight, Pointer x, Pointer y) {
    multiply(cublas.CUBLAS_OP_T, n, m, k, type, weight, x, y);
  }

  /** Enqueues X[M, K] = Y[M, N] · W[N, K], all in one format. */
  void times(int m, ElementType type, Pointer weight, Pointer y, Pointer x) {
    multiply(cublas.CUBLAS_OP_N, k, m, n, type, weight, y, x);
  }

  private void multiply(
      int weightForm,
      int columns,
      int rows,
      int inner,
      ElementType type,
      Pointer weight,
      Pointer from,
      Pointer to) {
    int data = CudaTypes.dataType(type);
    CudaCheck.cublas(
        cublas.cublasGemmEx(
            handle,
            weightForm,
            cublas.CUBLAS_OP_N,
            columns,
            rows,
            inner,
            one,
            weight,
            data,
            k,
            from,
            data,
            inner,
            zero,
            to,
            data,
            columns,
            cublas.CUBLAS_COMPUTE_32F,
            cublas.CUBLAS_GEMM_DEFAULT),
        "cublasGemmEx");
  }

  @Override
  public void close() {
    one.close();
    zero.close();
  }
}
