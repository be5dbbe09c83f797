package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * A GEMM in cuBLASLt's terms. Our matrices are row-major and cuBLASLt's column-major, so its A is W
 * seen as K×N with op T, its B is X seen as K×M with op N, and its D is Y seen as N×M: m=N, n=M,
 * k=K, every leading dimension the row length. That is its TN form, the only one that FP8 and INT8
 * have. Source: {@code cublasLt.h}.
 */
final class LtProblem implements AutoCloseable {
  private static final int POINTER_ALIGNMENT = 256;

  private final cublasLtContext handle;
  private final GemmProblem problem;
  private final LtTerms terms;
  private final long workspaceBytes;
  private final CudaScope scope = new CudaScope();
  private final cublasLtMatmulDescOpaque_t operation;
  private final cublasLtMatrixLayoutOpaque_t weightLayout;
  private final cublasLtMatrixLayoutOpaque_t activationLayout;
  private final cublasLtMatrixLayoutOpaque_t outputLayout;
  private final Pointer alpha;
  private final Pointer beta;

  /**
   * Describes the problem with what its epilogue adds.
   *
   * @param alpha what the accumulator is multiplied by
   * @param bias N numbers for each product of the batch; read only under {@link Epilogue#BIAS}
   * @param workspaceBytes the most that an algorithm may use
   */
  LtProblem(
      cublasLtContext handle,
      GemmProblem problem,
      double alpha,
      Pointer bias,
      long workspaceBytes) {
    this(
        handle,
        problem,
        new LtTerms(
            alpha,
            problem.epilogue() == Epilogue.BIAS ? bias : null,
            problem.epilogue() == Epilogue.RESIDUAL,
            problem.precision().output(),
            null,
            null),
        workspaceBytes);
  }

  /**
   * Describes a product, whatever the problem's epilogue says.
   *
   * @param workspaceBytes the most that an algorithm may use
   */
  LtProblem(cublasLtContext handle, GemmProblem problem, LtTerms terms, long workspaceBytes) {
    this.handle = handle;
    this.problem = problem;
    this.terms = terms;
    this.workspaceBytes = workspaceBytes;
    Precision precision = problem.precision();
    GemmShape shape = problem.shape();
    try {
      alpha = scope.own(CudaTypes.scalar(precision, terms.alpha()), Pointer::close);
      beta = scope.own(CudaTypes.scalar(precision, terms.adds() ? 1 : 0), Pointer::close);
      operation = describeOperation();
      weightLayout = layout(precision.weight(), shape.k(), shape.n(), shape.batch());
      activationLayout = layout(precision.activation(), shape.k(), shape.m(), shape.batch());
      outputLayout = layout(terms.output(), shape.n(), shape.m(), shape.batch());
    } catch (RuntimeException | Error failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  private cublasLtMatmulDescOpaque_t describeOperation() {
    Precision precision = problem.precision();
    cublasLtMatmulDescOpaque_t operation;
    try (PointerPointer<cublasLtMatmulDescOpaque_t> out = new PointerPointer<>(1)) {
      CudaCheck.cublas(
          cublas.cublasLtMatmulDescCreate(
              out, CudaTypes.computeType(precision), CudaTypes.scaleType(precision)),
          "cublasLtMatmulDescCreate");
      operation = scope.own(out.get(cublasLtMatmulDescOpaque_t.class, 0), LtProblem::destroy);
    }
    set(operation, cublas.CUBLASLT_MATMUL_DESC_TRANSA, cublas.CUBLAS_OP_T);
    set(operation, cublas.CUBLASLT_MATMUL_DESC_TRANSB, cublas.CUBLAS_OP_N);
    if (precision.isFp8()) {
      // The peer multiplies so too: sums stay in the tensor core's own registers.
      try (BytePointer on = new BytePointer(new byte[] {1})) {
        setBytes(operation, cublas.CUBLASLT_MATMUL_DESC_FAST_ACCUM, on, Byte.BYTES);
      }
    }
    Pointer bias = terms.bias();
    if (bias != null) {
      set(operation, cublas.CUBLASLT_MATMUL_DESC_EPILOGUE, cublas.CUBLASLT_EPILOGUE_BIAS);
      setLong(operation, cublas.CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.address());
      set(
          operation,
          cublas.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE,
          CudaTypes.dataType(terms.output()));
      if (problem.shape().batch() > 1) {
        setLong(operation, cublas.CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE, problem.shape().n());
      }
    }
    scaleRows(
        operation,
        cublas.CUBLASLT_MATMUL_DESC_A_SCALE_MODE,
        cublas.CUBLASLT_MATMUL_DESC_A_SCALE_POINTER,
        terms.weightScales());
    scaleRows(
        operation,
        cublas.CUBLASLT_MATMUL_DESC_B_SCALE_MODE,
        cublas.CUBLASLT_MATMUL_DESC_B_SCALE_POINTER,
        terms.activationScales());
    return operation;
  }

  private static void scaleRows(
      cublasLtMatmulDescOpaque_t operation, int mode, int place, @Nullable Pointer scales) {
    if (scales != null) {
      set(operation, mode, cublas.CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F);
      setLong(operation, place, scales.address());
    }
  }

  private static void set(cublasLtMatmulDescOpaque_t operation, int attribute, int value) {
    try (IntPointer holder = new IntPointer(new int[] {value})) {
      setBytes(operation, attribute, holder, Integer.BYTES);
    }
  }

  private static void setLong(cublasLtMatmulDescOpaque_t operation, int attribute, long value) {
    try (LongPointer holder = new LongPointer(new long[] {value})) {
      setBytes(operation, attribute, holder, Long.BYTES);
    }
  }

  private static void setBytes(
      cublasLtMatmulDescOpaque_t operation, int attribute, Pointer value, int bytes) {
    CudaCheck.cublas(
        cublas.cublasLtMatmulDescSetAttribute(operation, attribute, value, bytes),
        "cublasLtMatmulDescSetAttribute(" + attribute + ")");
  }

  private cublasLtMatrixLayoutOpaque_t layout(ElementType type, int rows, int columns, int batch) {
    cublasLtMatrixLayoutOpaque_t layout;
    try (PointerPointer<cublasLtMatrixLayoutOpaque_t> out = new PointerPointer<>(1)) {
      CudaCheck.cublas(
          cublas.cublasLtMatrixLayoutCreate(out, CudaTypes.dataType(type), rows, columns, rows),
          "cublasLtMatrixLayoutCreate");
      layout = scope.own(out.get(cublasLtMatrixLayoutOpaque_t.class, 0), LtProblem::destroy);
    }
    if (batch > 1) {
      try (IntPointer count = new IntPointer(new int[] {batch});
          LongPointer stride = new LongPointer(new long[] {(long) rows * columns})) {
        CudaCheck.cublas(
            cublas.cublasLtMatrixLayoutSetAttribute(
                layout, cublas.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, count, Integer.BYTES),
            "cublasLtMatrixLayoutSetAttribute(BATCH_COUNT)");
        CudaCheck.cublas(
            cublas.cublasLtMatrixLayoutSetAttribute(
                layout, cublas.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, stride, Long.BYTES),
            "cublasLtMatrixLayoutSetAttribute(STRIDED_BATCH_OFFSET)");
      }
    }
    return layout;
  }

  /** What is computed. */
  GemmProblem problem() {
    return problem;
  }

  /** What it is beside sizes and formats. */
  LtTerms terms() {
    return terms;
  }

  /** The most that an algorithm may use. */
  long workspaceBytes() {
    return workspaceBytes;
  }

  /** The library. */
  cublasLtContext handle() {
    return handle;
  }

  /** The library's candidates in its own order, at most {@code most}; empty if it has none. */
  List<LtAlgorithm> candidates(int most) {
    try (PointerPointer<cublasLtMatmulPreferenceOpaque_t> out = new PointerPointer<>(1)) {
      CudaCheck.cublas(
          cublas.cublasLtMatmulPreferenceCreate(out), "cublasLtMatmulPreferenceCreate");
      cublasLtMatmulPreferenceOpaque_t preference =
          out.get(cublasLtMatmulPreferenceOpaque_t.class, 0);
      try {
        return candidates(most, preference);
      } finally {
        CudaCheck.cublas(
            cublas.cublasLtMatmulPreferenceDestroy(preference), "cublasLtMatmulPreferenceDestroy");
      }
    }
  }

  private List<LtAlgorithm> candidates(int most, cublasLtMatmulPreferenceOpaque_t preference) {
    setPreferences(preference);
    int[] count = new int[1];
    List<LtAlgorithm> found = new ArrayList<>();
    try (cublasLtMatmulHeuristicResult_t results = new cublasLtMatmulHeuristicResult_t(most)) {
      int code =
          cublas.cublasLtMatmulAlgoGetHeuristic(
              handle,
              operation,
              weightLayout,
              activationLayout,
              outputLayout,
              outputLayout,
              preference,
              most,
              results,
              count);
      if (code == cublas.CUBLAS_STATUS_NOT_SUPPORTED) {
        return found;
      }
      CudaCheck.cublas(code, "cublasLtMatmulAlgoGetHeuristic");
      for (int i = 0; i < count[0]; i++) {
        cublasLtMatmulHeuristicResult_t result = results.getPointer(i);
        if (result.state() == cublas.CUBLAS_STATUS_SUCCESS) {
          found.add(LtAlgorithm.copyOf(result.algo(), result.workspaceSize()));
        }
      }
    }
    return found;
  }

  private void setPreferences(cublasLtMatmulPreferenceOpaque_t preference) {
    try (LongPointer bytes = new LongPointer(new long[] {workspaceBytes})) {
      CudaCheck.cublas(
          cublas.cublasLtMatmulPreferenceSetAttribute(
              preference, cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, bytes, Long.BYTES),
          "cublasLtMatmulPreferenceSetAttribute(MAX_WORKSPACE_BYTES)");
    }
    GemmShape shape = problem.shape();
    Precision precision = problem.precision();
    long weight = (long) shape.n() * shape.k() * precision.weight().bytes();
    long activation = (long) shape.m() * shape.k() * precision.activation().bytes();
    long output = (long) shape.m() * shape.n() * terms.output().bytes();
    setAlignment(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, weight);
    setAlignment(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, activation);
    setAlignment(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, output);
    setAlignment(preference, cublas.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, output);
  }

  private void setAlignment(
      cublasLtMatmulPreferenceOpaque_t preference, int attribute, long matrixBytes) {
    int alignment = alignment(problem.shape().batch(), matrixBytes);
    try (IntPointer bytes = new IntPointer(new int[] {alignment})) {
      CudaCheck.cublas(
          cublas.cublasLtMatmulPreferenceSetAttribute(preference, attribute, bytes, Integer.BYTES),
          "cublasLtMatmulPreferenceSetAttribute(" + attribute + ")");
    }
  }

  /**
   * Alignment in bytes that every matrix of a strided batch has, if the first one lies at a
   * multiple of 256.
   */
  static int alignment(int batch, long matrixBytes) {
    return batch == 1
        ? POINTER_ALIGNMENT
        : (int) Math.min(POINTER_ALIGNMENT, Long.lowestOneBit(matrixBytes));
  }

  /**
   * Asks the library whether an algorithm fits this problem.
   *
   * @param result receives what it says of the algorithm
   * @return whether it fits, its workspace included
   */
  boolean fits(cublasLtMatmulAlgo_t algorithm, cublasLtMatmulHeuristicResult_t result) {
    int code =
        cublas.cublasLtMatmulAlgoCheck(
            handle,
            operation,
            weightLayout,
            activationLayout,
            outputLayout,
            outputLayout,
            algorithm,
            result);
    return code == cublas.CUBLAS_STATUS_SUCCESS && result.workspaceSize() <= workspaceBytes;
  }

  /** Whether an algorithm fits this problem, its workspace included. */
  boolean accepts(LtAlgorithm algorithm) {
    try (cublasLtMatmulAlgo_t candidate = algorithm.toNative();
        cublasLtMatmulHeuristicResult_t result = new cublasLtMatmulHeuristicResult_t()) {
      return fits(candidate, result);
    }
  }

  /**
   * Enqueues the product; allocates nothing.
   *
   * @return the library's status
   */
  int multiply(
      Pointer weight,
      Pointer activation,
      Pointer addend,
      Pointer output,
      cublasLtMatmulAlgo_t algorithm,
      Pointer workspace,
      CudaStream stream) {
    return cublas.cublasLtMatmul(
        handle,
        operation,
        alpha,
        weight,
        weightLayout,
        activation,
        activationLayout,
        beta,
        addend,
        outputLayout,
        output,
        outputLayout,
        algorithm,
        workspace,
        workspaceBytes,
        stream.handle());
  }

  private static void destroy(cublasLtMatmulDescOpaque_t operation) {
    CudaCheck.cublas(cublas.cublasLtMatmulDescDestroy(operation), "cublasLtMatmulDescDestroy");
  }

  private static void destroy(cublasLtMatrixLayoutOpaque_t layout) {
    CudaCheck.cublas(cublas.cublasLtMatrixLayoutDestroy(layout), "cublasLtMatrixLayoutDestroy");
  }

  @Override
  public void close() {
    scope.close();
  }
}
