package org.joulemark.kernels.cpu;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;

/** Turns weights that come row by row into what a oneDNN matmul reads. */
final class PackedWeights {
  // Rows that one task encodes into one piece of the buffer.
  private static final int ROWS_PER_TASK = 32;

  private PackedWeights() {}

  /**
   * Encodes W [N, K] row-major, which is the matmul's [K, N] column-major, and lets oneDNN bring it
   * into the arrangement {@code target}.
   *
   * @param scope owns the result; the row-major copy is freed at once
   */
  static dnnl_memory pack(
      DnnlContext context,
      NativeScope scope,
      ElementType type,
      int n,
      int k,
      dnnl_memory_desc target,
      DnnlLinear.Rows rows) {
    dnnl_memory packed = context.memory(scope, target, scope.allocate(DnnlContext.bytes(target)));
    try (NativeScope temporary = new NativeScope()) {
      int rowBytes = Math.multiplyExact(k, type.bytes());
      NativeBuffer plain = temporary.allocate((long) n * rowBytes);
      int tasks = (n + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
      IntStream.range(0, tasks)
          .parallel()
          .forEach(task -> encode(plain, rowBytes, type, n, k, task * ROWS_PER_TASK, rows));
      dnnl_memory_desc transposed =
          context.describe(temporary, type, new long[] {k, n}, new long[] {1, k});
      context.reorder(transposed, context.memory(temporary, transposed, plain), target, packed);
    }
    return packed;
  }

  private static void encode(
      NativeBuffer plain,
      int rowBytes,
      ElementType type,
      int n,
      int k,
      int first,
      DnnlLinear.Rows rows) {
    int count = Math.min(ROWS_PER_TASK, n - first);
    ByteBuffer piece = plain.slice((long) first * rowBytes, count * rowBytes);
    float[] values = new float[k];
    for (int i = 0; i < count; i++) {
      rows.row(first + i, values);
      ElementCodec.encode(type, values, k, piece.slice(i * rowBytes, rowBytes));
    }
  }
}
