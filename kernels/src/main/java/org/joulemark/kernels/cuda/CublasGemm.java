package org.joulemark.kernels.cuda;

import java.util.Map;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.quant.Precision;

/**
 * A GEMM through {@code cublasGemmEx}, or {@code cublasGemmStridedBatchedEx} for a batch. Seen
 * column-major as {@link LtProblem} describes; cuBLAS picks the algorithm itself.
 */
final class CublasGemm implements GemmCall {
  private final cublasContext handle;
  private final GemmShape shape;
  private final Pointer[] weights;
  private final Pointer[] activations;
  private final Pointer[] outputs;
  private final Pointer alpha;
  private final Pointer beta;
  private final int weightType;
  private final int activationType;
  private final int outputType;
  private final int computeType;

  /**
   * Plans nothing: the handle's stream and workspace are set by its owner.
   *
   * @param alpha what the accumulator is multiplied by
   */
  CublasGemm(cublasContext handle, GemmProblem problem, double alpha, GemmOperands operands) {
    Precision precision = problem.precision();
    this.handle = handle;
    this.shape = problem.shape();
    this.alpha = CudaTypes.scalar(precision, alpha);
    this.beta = CudaTypes.scalar(precision, 0);
    weightType = CudaTypes.dataType(precision.weight());
    activationType = CudaTypes.dataType(precision.activation());
    outputType = CudaTypes.dataType(precision.output());
    computeType = CudaTypes.computeType(precision);
    int sets = operands.count();
    weights = new Pointer[sets];
    activations = new Pointer[sets];
    outputs = new Pointer[sets];
    for (int set = 0; set < sets; set++) {
      weights[set] = operands.weight(set);
      activations[set] = operands.activation(set);
      outputs[set] = operands.output(set);
    }
  }

  /** Enqueues the product of one operand set; the library's status. */
  int tryLaunch(int set) {
    int m = shape.m();
    int n = shape.n();
    int k = shape.k();
    if (shape.batch() == 1) {
      return cublas.cublasGemmEx(
          handle,
          cublas.CUBLAS_OP_T,
          cublas.CUBLAS_OP_N,
          n,
          m,
          k,
          alpha,
          weights[set],
          weightType,
          k,
          activations[set],
          activationType,
          k,
          beta,
          outputs[set],
          outputType,
          n,
          computeType,
          cublas.CUBLAS_GEMM_DEFAULT);
    }
    return cublas.cublasGemmStridedBatchedEx(
        handle,
        cublas.CUBLAS_OP_T,
        cublas.CUBLAS_OP_N,
        n,
        m,
        k,
        alpha,
        weights[set],
        weightType,
        k,
        (long) n * k,
        activations[set],
        activationType,
        k,
        (long) m * k,
        beta,
        outputs[set],
        outputType,
        n,
        (long) m * n,
        shape.batch(),
        computeType,
        cublas.CUBLAS_GEMM_DEFAULT);
  }

  @Override
  public void launch(int set) {
    CudaCheck.cublas(tryLaunch(set), "cublasGemmEx");
  }

  @Override
  public Map<String, String> facts() {
    return Map.of("algorithm.id", "default");
  }

  @Override
  public void close() {
    alpha.close();
    beta.close();
  }
}
