package org.joulemark.kernels.cpu;

import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.joulemark.kernels.gemm.EncodedOperands;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one GEMM that do not depend on the implementation: X, Y and the addend row-major,
 * and W row-major [N, K] for as long as implementations are being prepared. Operands are encoded
 * row by row straight into native memory, on the common pool.
 */
final class DnnlGemmOperands implements AutoCloseable {
  private final DnnlContext context;
  private final NativeScope scope;
  private final NativeScope temporary = new NativeScope();
  private final GemmProblem problem;
  private final EncodedOperands encoded;
  private final int batch;
  private final int m;
  private final int n;
  private final int k;

  /** Description of X. */
  final dnnl_memory_desc x;

  /** Description of Y. */
  final dnnl_memory_desc y;

  /** Description of what the epilogue adds: one row per product, or Y's own; null without one. */
  final @Nullable dnnl_memory_desc addend;

  private final dnnl_memory_desc plainWeights;
  private @Nullable dnnl_memory plainWeightMemory;

  /**
   * Describes the tensors; nothing is encoded yet.
   *
   * @param scope owns everything that outlives the preparation
   */
  DnnlGemmOperands(
      DnnlContext context, NativeScope scope, GemmProblem problem, OperandSource source) {
    this.context = context;
    this.scope = scope;
    this.problem = problem;
    this.encoded = new EncodedOperands(problem, source);
    GemmShape shape = problem.shape();
    this.batch = shape.batch();
    this.m = shape.m();
    this.n = shape.n();
    this.k = shape.k();
    Precision precision = problem.precision();
    this.x = rowMajor(precision.activation(), m, k);
    this.y = rowMajor(precision.output(), m, n);
    this.addend =
        switch (problem.epilogue()) {
          case NONE -> null;
          case BIAS -> rowMajor(precision.output(), 1, n);
          case RESIDUAL -> y;
        };
    // W [N, K] row-major is the matmul's [K, N] column-major.
    this.plainWeights =
        context.describe(
            scope,
            precision.weight(),
            dims(k, n),
            batch == 1 ? new long[] {1, k} : new long[] {(long) n * k, 1, k});
  }

  /** W for an implementation to choose its layout. */
  dnnl_memory_desc anyWeights() {
    return context.anyFormat(scope, problem.precision().weight(), dims(k, n));
  }

  /** X, encoded. */
  dnnl_memory activations() {
    NativeBuffer buffer = scope.allocate(DnnlContext.bytes(x));
    int rowBytes = k * problem.precision().activation().bytes();
    forEachRow(
        m,
        (b, row) ->
            encoded.encodeActivationRow(
                b, row, buffer.slice(((long) b * m + row) * rowBytes, rowBytes)));
    return context.memory(scope, x, buffer);
  }

  /** Room for Y. */
  NativeBuffer output() {
    return scope.allocate(DnnlContext.bytes(y));
  }

  /** What the epilogue adds, encoded. */
  dnnl_memory addends(dnnl_memory_desc description) {
    NativeBuffer buffer = scope.allocate(DnnlContext.bytes(description));
    int rowBytes = n * problem.precision().output().bytes();
    if (problem.epilogue() == Epilogue.BIAS) {
      forEachRow(1, (b, row) -> encoded.encodeBias(b, buffer.slice((long) b * rowBytes, rowBytes)));
    } else {
      forEachRow(
          m,
          (b, row) ->
              encoded.encodeResidualRow(
                  b, row, buffer.slice(((long) b * m + row) * rowBytes, rowBytes)));
    }
    return context.memory(scope, description, buffer);
  }

  /** What the accumulator is multiplied by, as one FP32. */
  dnnl_memory alpha() {
    NativeBuffer buffer = scope.allocate(Float.BYTES);
    buffer.slice(0, Float.BYTES).putFloat((float) encoded.alpha());
    dnnl_memory_desc one =
        context.describe(scope, ElementType.FP32, new long[] {1}, new long[] {1});
    return context.memory(scope, one, buffer);
  }

  /** W in the layout of one implementation, in memory of that implementation's scope. */
  dnnl_memory packedWeights(NativeScope owner, dnnl_memory_desc packed) {
    dnnl_memory target = context.memory(owner, packed, owner.allocate(DnnlContext.bytes(packed)));
    context.reorder(plainWeights, plainWeightMemory(), packed, target);
    return target;
  }

  private dnnl_memory plainWeightMemory() {
    if (plainWeightMemory == null) {
      int rowBytes = k * problem.precision().weight().bytes();
      NativeBuffer buffer = temporary.allocate((long) batch * n * rowBytes);
      forEachRow(
          n,
          (b, row) ->
              encoded.encodeWeightRow(
                  b, row, buffer.slice(((long) b * n + row) * rowBytes, rowBytes)));
      plainWeightMemory = context.memory(temporary, plainWeights, buffer);
    }
    return plainWeightMemory;
  }

  /** Frees the row-major W; no implementation can be prepared after that. */
  @Override
  public void close() {
    temporary.close();
  }

  private void forEachRow(int rows, RowWriter writer) {
    IntStream.range(0, Math.multiplyExact(batch, rows))
        .parallel()
        .forEach(i -> writer.write(i / rows, i % rows));
  }

  @FunctionalInterface
  private interface RowWriter {
    void write(int batch, int row);
  }

  private dnnl_memory_desc rowMajor(ElementType type, int rows, int columns) {
    long[] strides =
        batch == 1 ? new long[] {columns, 1} : new long[] {(long) rows * columns, columns, 1};
    return context.describe(scope, type, dims(rows, columns), strides);
  }

  /** Rows and columns, below the batch where there is one. */
  private long[] dims(int rows, int columns) {
    return batch == 1 ? new long[] {rows, columns} : new long[] {batch, rows, columns};
  }
}
