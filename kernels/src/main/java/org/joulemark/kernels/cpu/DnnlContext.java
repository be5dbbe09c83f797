package org.joulemark.kernels.cpu;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.quant.ElementType;

/**
 * An opened oneDNN engine and its stream, and how memory is described to them.
 *
 * @param engine oneDNN's CPU engine
 * @param stream an in-order stream of it
 * @param threads how many threads it uses
 */
record DnnlContext(dnnl_engine engine, dnnl_stream stream, OpenMpThreads threads) {

  /** Describes a row-major matrix. */
  dnnl_memory_desc rowMajor(NativeScope owner, ElementType type, int rows, int columns) {
    return describe(owner, type, new long[] {rows, columns}, new long[] {columns, 1});
  }

  /** Describes numbers at any strides. */
  dnnl_memory_desc describe(NativeScope owner, ElementType type, long[] dims, long[] strides) {
    return describe(owner, code(type), dims, strides);
  }

  /** As the other, for a format that only oneDNN has: one of its {@code dnnl_data_type_t}. */
  dnnl_memory_desc describe(NativeScope owner, int type, long[] dims, long[] strides) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    Dnnl.check(
        dnnl.dnnl_memory_desc_create_with_strides(description, dims.length, dims, type, strides),
        "dnnl_memory_desc_create_with_strides");
    return owner.own(description, "dnnl_memory_desc_destroy", dnnl::dnnl_memory_desc_destroy);
  }

  /** Describes a matrix whose arrangement oneDNN is to choose. */
  dnnl_memory_desc anyFormat(NativeScope owner, ElementType type, int rows, int columns) {
    return anyFormat(owner, type, new long[] {rows, columns});
  }

  /** Describes numbers whose arrangement oneDNN is to choose. */
  dnnl_memory_desc anyFormat(NativeScope owner, ElementType type, long[] dims) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    Dnnl.check(
        dnnl.dnnl_memory_desc_create_with_tag(
            description, dims.length, dims, code(type), dnnl.dnnl_format_tag_any),
        "dnnl_memory_desc_create_with_tag");
    return owner.own(description, "dnnl_memory_desc_destroy", dnnl::dnnl_memory_desc_destroy);
  }

  /** Memory of that description in a buffer. */
  dnnl_memory memory(NativeScope owner, dnnl_memory_desc description, NativeBuffer buffer) {
    dnnl_memory memory = new dnnl_memory();
    Dnnl.check(
        dnnl.dnnl_memory_create(memory, description, engine, buffer.pointer()),
        "dnnl_memory_create");
    return owner.own(memory, "dnnl_memory_destroy", dnnl::dnnl_memory_destroy);
  }

  /** A matrix as oneDNN sees it. */
  dnnl_memory memory(NativeScope owner, NativeMatrix matrix) {
    return memory(
        owner, rowMajor(owner, matrix.type(), matrix.rows(), matrix.columns()), matrix.buffer());
  }

  /** Copies numbers from one arrangement to another and waits until done. */
  void reorder(
      dnnl_memory_desc fromDescription,
      dnnl_memory from,
      dnnl_memory_desc toDescription,
      dnnl_memory to) {
    try (NativeScope temporary = new NativeScope()) {
      dnnl_primitive_desc plan = new dnnl_primitive_desc();
      Dnnl.check(
          dnnl.dnnl_reorder_primitive_desc_create(
              plan, fromDescription, engine, toDescription, engine, null),
          "dnnl_reorder_primitive_desc_create");
      temporary.own(plan, "dnnl_primitive_desc_destroy", dnnl::dnnl_primitive_desc_destroy);
      DnnlArguments arguments =
          new DnnlArguments.Builder()
              .add(dnnl.DNNL_ARG_FROM, from)
              .add(dnnl.DNNL_ARG_TO, to)
              .in(temporary);
      execute(primitive(temporary, plan), arguments);
      await();
    }
  }

  /** Generates the code of a planned primitive. */
  dnnl_primitive primitive(NativeScope owner, dnnl_primitive_desc plan) {
    dnnl_primitive primitive = new dnnl_primitive();
    Dnnl.check(dnnl.dnnl_primitive_create(primitive, plan), "dnnl_primitive_create");
    return owner.own(primitive, "dnnl_primitive_destroy", dnnl::dnnl_primitive_destroy);
  }

  /** Runs a primitive from this thread with all its threads; allocates nothing. */
  void execute(dnnl_primitive primitive, DnnlArguments arguments) {
    threads.prepareCurrentThread();
    int status =
        dnnl.dnnl_primitive_execute(primitive, stream, arguments.count(), arguments.pointer());
    if (status != dnnl.dnnl_success) {
      Dnnl.check(status, "dnnl_primitive_execute");
    }
  }

  /** Waits for what runs. */
  void await() {
    Dnnl.check(dnnl.dnnl_stream_wait(stream), "dnnl_stream_wait");
  }

  /** Bytes of memory of that description. */
  static long bytes(dnnl_memory_desc description) {
    return dnnl.dnnl_memory_desc_get_size(description);
  }

  /** oneDNN's number for a format. */
  static int code(ElementType type) {
    return switch (type) {
      case FP32 -> dnnl.dnnl_f32;
      case FP16 -> dnnl.dnnl_f16;
      case BF16 -> dnnl.dnnl_bf16;
      case INT8 -> dnnl.dnnl_s8;
      case INT32 -> dnnl.dnnl_s32;
      case FP8_E4M3 -> dnnl.dnnl_f8_e4m3;
      case FP8_E5M2 -> dnnl.dnnl_f8_e5m2;
    };
  }
}
