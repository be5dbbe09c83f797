package org.joulemark.kernels.cpu;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** What oneDNN says of an implementation that it chose. The descriptions belong to it. */
final class DnnlDescription {
  private final dnnl_primitive_desc plan;

  /** Of a primitive descriptor that outlives this object. */
  DnnlDescription(dnnl_primitive_desc plan) {
    this.plan = plan;
  }

  /** Its name, such as {@code brg_matmul:avx512_core_amx}. */
  String implementation() {
    return queryAddress(
            "dnnl_primitive_desc_query",
            result ->
                dnnl.dnnl_primitive_desc_query(plan, dnnl.dnnl_query_impl_info_str, 0, result))
        .getString();
  }

  /** The packed W. */
  dnnl_memory_desc weights() {
    return dnnl.dnnl_primitive_desc_query_md(plan, dnnl.dnnl_query_weights_md, 0);
  }

  /** The memory that a run needs besides its arguments. */
  dnnl_memory_desc scratchpad() {
    return dnnl.dnnl_primitive_desc_query_md(plan, dnnl.dnnl_query_scratchpad_md, 0);
  }

  /**
   * The packed W in oneDNN's notation, such as {@code BA16a64b4a}: the dimensions from the
   * outermost, upper case if blocked, then the blocks from the outermost (see "Understanding Memory
   * Formats" in oneDNN's developer guide).
   */
  String weightFormat() {
    dnnl_memory_desc weights = weights();
    int dimensions = integer(weights, dnnl.dnnl_query_ndims_s32);
    long[] strides = dims(weights, dnnl.dnnl_query_strides, dimensions);
    int blocks = integer(weights, dnnl.dnnl_query_inner_nblks_s32);
    long[] sizes = dims(weights, dnnl.dnnl_query_inner_blks, blocks);
    long[] indices = dims(weights, dnnl.dnnl_query_inner_idxs, blocks);

    StringBuilder format = new StringBuilder();
    IntStream.range(0, dimensions)
        .boxed()
        .sorted(Comparator.comparingLong(i -> -strides[i]))
        .forEach(
            i -> {
              boolean blocked = Arrays.stream(indices).anyMatch(index -> index == i);
              format.append((char) ((blocked ? 'A' : 'a') + i));
            });
    for (int i = 0; i < blocks; i++) {
      format.append(sizes[i]).append((char) ('a' + indices[i]));
    }
    return format.toString();
  }

  private static int integer(dnnl_memory_desc description, int what) {
    try (NativeBuffer result = new NativeBuffer(Integer.BYTES)) {
      Dnnl.check(
          dnnl.dnnl_memory_desc_query(description, what, result.pointer()),
          "dnnl_memory_desc_query");
      return result.slice(0, Integer.BYTES).getInt();
    }
  }

  private static long[] dims(dnnl_memory_desc description, int what, int count) {
    long[] values = new long[count];
    if (count > 0) {
      new LongPointer(
              queryAddress(
                  "dnnl_memory_desc_query",
                  result -> dnnl.dnnl_memory_desc_query(description, what, result)))
          .get(values);
    }
    return values;
  }

  /** A query whose answer is the address of something that oneDNN keeps. */
  private static BytePointer queryAddress(String call, ToIntFunction<Pointer> query) {
    try (NativeBuffer result = new NativeBuffer(Long.BYTES)) {
      Dnnl.check(query.applyAsInt(result.pointer()), call);
      return new BytePointer(NativeBuffer.at(result.slice(0, Long.BYTES).getLong()));
    }
  }
}
