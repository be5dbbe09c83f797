package org.joulemark.kernels.cpu;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;

/**
 * Turns weights that come row by row into what a oneDNN matmul reads. The row-major copy that this
 * takes lies in one buffer, used for one matrix after another and freed on close.
 */
final class WeightPacker implements AutoCloseable {
  // Rows that one task encodes into one piece of the buffer.
  private static final int ROWS_PER_TASK = 32;

  private final DnnlContext context;
  private final NativeBuffer plain;

  /** For matrices of up to that many bytes. */
  WeightPacker(DnnlContext context, long largestBytes) {
    this.context = context;
    this.plain = new NativeBuffer(largestBytes);
  }

  /**
   * Encodes W [N, K] row-major, which is the matmul's [K, N] column-major, and lets oneDNN bring it
   * into the arrangement {@code target}. The rows are made on the common pool.
   *
   * @param scope owns the result
   */
  dnnl_memory pack(
      NativeScope scope,
      ElementType type,
      int n,
      int k,
      dnnl_memory_desc target,
      CpuLinear.Rows rows) {
    return pack(
        scope,
        type,
        n,
        k,
        target,
        (first, count, into) -> {
          float[] values = new float[k];
          int rowBytes = k * type.bytes();
          for (int i = 0; i < count; i++) {
            rows.row(first + i, values);
            ElementCodec.encode(type, values, k, into.slice(i * rowBytes, rowBytes));
          }
        });
  }

  /** Encodes some rows. */
  @FunctionalInterface
  interface Encoder {

    /**
     * Writes rows [first, first + count) row-major from the buffer's index 0; called from many
     * threads.
     */
    void encode(int first, int count, ByteBuffer into);
  }

  /** As the other, with the codes themselves. */
  dnnl_memory pack(
      NativeScope scope, ElementType type, int n, int k, dnnl_memory_desc target, Encoder encoder) {
    dnnl_memory packed = context.memory(scope, target, scope.allocate(DnnlContext.bytes(target)));
    int tasks = (n + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
    IntStream.range(0, tasks)
        .parallel()
        .forEach(
            task -> {
              int first = task * ROWS_PER_TASK;
              int count = Math.min(ROWS_PER_TASK, n - first);
              int rowBytes = Math.multiplyExact(k, type.bytes());
              encoder.encode(first, count, plain.slice((long) first * rowBytes, count * rowBytes));
            });
    try (NativeScope temporary = new NativeScope()) {
      dnnl_memory_desc transposed =
          context.describe(temporary, type, new long[] {k, n}, new long[] {1, k});
      context.reorder(transposed, context.memory(temporary, transposed, plain), target, packed);
    }
    return packed;
  }

  @Override
  public void close() {
    plain.close();
  }
}
