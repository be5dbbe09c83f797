package org.joulemark.kernels.cpu;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.EncodedOperands;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Prepares a GEMM for oneDNN: describes X, W and Y, lets oneDNN choose an implementation and the
 * format of W, encodes the operands straight into native memory, packs W, and lays out the
 * arguments. Bias and residual are binary additions fused into the primitive (its own bias argument
 * is no bias per product of a batch).
 */
final class DnnlGemmBuilder {
  // DNNL_ARG_ATTR_MULTIPLE_POST_OP(0), a macro in oneapi/dnnl/dnnl_types.h.
  private static final int FIRST_POST_OP = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;

  private final DnnlContext context;
  private final GemmProblem problem;
  private final EncodedOperands operands;
  private final NativeScope scope;

  private final int batch;
  private final int m;
  private final int n;
  private final int k;

  private DnnlGemmBuilder(
      DnnlContext context, GemmProblem problem, OperandSource source, NativeScope scope) {
    this.context = context;
    this.problem = problem;
    this.operands = new EncodedOperands(problem, source);
    this.scope = scope;
    GemmShape shape = problem.shape();
    this.batch = shape.batch();
    this.m = shape.m();
    this.n = shape.n();
    this.k = shape.k();
  }

  /**
   * Prepares.
   *
   * @throws UnsupportedWorkException if oneDNN has no optimized implementation
   */
  static DnnlGemmWork build(DnnlContext context, GemmProblem problem, OperandSource source) {
    if (problem.precision().output().isInteger() && problem.epilogue() != Epilogue.NONE) {
      throw new UnsupportedWorkException(
          problem.precision() + " has no epilogue " + problem.epilogue().id() + ".");
    }
    NativeScope scope = new NativeScope();
    try {
      return new DnnlGemmBuilder(context, problem, source, scope).build();
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private DnnlGemmWork build() {
    Precision precision = problem.precision();
    dnnl_memory_desc x = rowMajor(precision.activation(), m, k);
    dnnl_memory_desc y = rowMajor(precision.output(), m, n);
    dnnl_memory_desc addend =
        switch (problem.epilogue()) {
          case NONE -> null;
          case BIAS -> rowMajor(precision.output(), 1, n);
          case RESIDUAL -> y;
        };
    dnnl_primitive_desc plan = plan(x, y, addend);
    DnnlDescription description = new DnnlDescription(plan);
    refuseReference(description.implementation());
    dnnl_primitive primitive = create(plan);

    NativeBuffer output = scope.allocate(DnnlContext.bytes(y));
    DnnlArguments.Builder arguments =
        new DnnlArguments.Builder()
            .add(dnnl.DNNL_ARG_SRC, memory(x, activations(DnnlContext.bytes(x))))
            .add(dnnl.DNNL_ARG_WEIGHTS, packedWeights(description.weights()))
            .add(dnnl.DNNL_ARG_DST, memory(y, output));
    if (addend != null) {
      NativeBuffer numbers =
          problem.epilogue() == Epilogue.BIAS
              ? biases(DnnlContext.bytes(addend))
              : residuals(DnnlContext.bytes(addend));
      arguments.add(FIRST_POST_OP | dnnl.DNNL_ARG_SRC_1, memory(addend, numbers));
    }
    if (precision == Precision.INT8_OUT8) {
      arguments.add(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC, alpha());
    }
    dnnl_memory_desc scratchpad = description.scratchpad();
    arguments.add(
        dnnl.DNNL_ARG_SCRATCHPAD,
        memory(scratchpad, scope.allocate(DnnlContext.bytes(scratchpad))));

    Map<String, String> facts = new TreeMap<>();
    facts.put("algorithm", description.implementation());
    facts.put("weight.format", description.weightFormat());
    facts.put("weight.bytes", Long.toString(DnnlContext.bytes(description.weights())));
    facts.put("workspace.bytes", Long.toString(DnnlContext.bytes(scratchpad)));
    facts.put("threads", Integer.toString(context.threads().effective()));
    return new DnnlGemmWork(problem, context, scope, primitive, arguments.in(scope), output, facts);
  }

  // ---- what oneDNN is asked for ----

  private dnnl_primitive_desc plan(
      dnnl_memory_desc x, dnnl_memory_desc y, @Nullable dnnl_memory_desc addend) {
    dnnl_memory_desc anyWeights = new dnnl_memory_desc();
    long[] dims = dims(k, n);
    Dnnl.check(
        dnnl.dnnl_memory_desc_create_with_tag(
            anyWeights,
            dims.length,
            dims,
            DnnlContext.code(problem.precision().weight()),
            dnnl.dnnl_format_tag_any),
        "dnnl_memory_desc_create_with_tag");
    scope.own(anyWeights, "dnnl_memory_desc_destroy", dnnl::dnnl_memory_desc_destroy);

    dnnl_primitive_desc plan = new dnnl_primitive_desc();
    Dnnl.checkImplemented(
        dnnl.dnnl_matmul_primitive_desc_create(
            plan, context.engine(), x, anyWeights, null, y, attributes(addend)),
        "dnnl_matmul_primitive_desc_create",
        "oneDNN " + Dnnl.version() + " has no " + what() + " on this CPU.");
    return scope.own(plan, "dnnl_primitive_desc_destroy", dnnl::dnnl_primitive_desc_destroy);
  }

  private dnnl_primitive_attr attributes(@Nullable dnnl_memory_desc addend) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    Dnnl.check(dnnl.dnnl_primitive_attr_create(attributes), "dnnl_primitive_attr_create");
    scope.own(attributes, "dnnl_primitive_attr_destroy", dnnl::dnnl_primitive_attr_destroy);
    Dnnl.check(
        dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user),
        "dnnl_primitive_attr_set_scratchpad_mode");
    if (problem.precision() == Precision.INT8_OUT8) {
      // One number for the whole tensor: alpha stands in the activation's place.
      Dnnl.check(
          dnnl.dnnl_primitive_attr_set_scales_mask(attributes, dnnl.DNNL_ARG_SRC, 0),
          "dnnl_primitive_attr_set_scales_mask");
    }
    if (addend != null) {
      dnnl_post_ops postOps = new dnnl_post_ops();
      Dnnl.check(dnnl.dnnl_post_ops_create(postOps), "dnnl_post_ops_create");
      scope.own(postOps, "dnnl_post_ops_destroy", dnnl::dnnl_post_ops_destroy);
      Dnnl.check(
          dnnl.dnnl_post_ops_append_binary(postOps, dnnl.dnnl_binary_add, addend),
          "dnnl_post_ops_append_binary");
      Dnnl.check(
          dnnl.dnnl_primitive_attr_set_post_ops(attributes, postOps),
          "dnnl_primitive_attr_set_post_ops");
    }
    return attributes;
  }

  /** oneDNN's plain loops are there for correctness; timing them would say nothing of the CPU. */
  private void refuseReference(String implementation) {
    if (implementation.startsWith("ref")) {
      throw new UnsupportedWorkException(
          "oneDNN "
              + Dnnl.version()
              + " has only its reference loops ("
              + implementation
              + ") for "
              + what()
              + " on this CPU.");
    }
  }

  private String what() {
    return problem.precision()
        + " matmul"
        + (problem.epilogue() == Epilogue.NONE ? "" : " with epilogue " + problem.epilogue().id());
  }

  private dnnl_primitive create(dnnl_primitive_desc plan) {
    dnnl_primitive primitive = new dnnl_primitive();
    Dnnl.check(dnnl.dnnl_primitive_create(primitive, plan), "dnnl_primitive_create");
    return scope.own(primitive, "dnnl_primitive_destroy", dnnl::dnnl_primitive_destroy);
  }

  // ---- operands ----

  private NativeBuffer activations(long bytes) {
    NativeBuffer buffer = scope.allocate(bytes);
    int rowBytes = k * problem.precision().activation().bytes();
    forEachRow(
        m,
        (b, row) ->
            operands.encodeActivationRow(
                b, row, buffer.slice(((long) b * m + row) * rowBytes, rowBytes)));
    return buffer;
  }

  private NativeBuffer biases(long bytes) {
    NativeBuffer buffer = scope.allocate(bytes);
    int rowBytes = n * problem.precision().output().bytes();
    forEachRow(1, (b, row) -> operands.encodeBias(b, buffer.slice((long) b * rowBytes, rowBytes)));
    return buffer;
  }

  private NativeBuffer residuals(long bytes) {
    NativeBuffer buffer = scope.allocate(bytes);
    int rowBytes = n * problem.precision().output().bytes();
    forEachRow(
        m,
        (b, row) ->
            operands.encodeResidualRow(
                b, row, buffer.slice(((long) b * m + row) * rowBytes, rowBytes)));
    return buffer;
  }

  private dnnl_memory alpha() {
    dnnl_memory_desc one = new dnnl_memory_desc();
    Dnnl.check(
        dnnl.dnnl_memory_desc_create_with_strides(
            one, 1, new long[] {1}, dnnl.dnnl_f32, new long[] {1}),
        "dnnl_memory_desc_create_with_strides");
    scope.own(one, "dnnl_memory_desc_destroy", dnnl::dnnl_memory_desc_destroy);
    NativeBuffer buffer = scope.allocate(Float.BYTES);
    buffer.slice(0, Float.BYTES).putFloat((float) operands.alpha());
    return memory(one, buffer);
  }

  /**
   * W [N, K] row-major is the matmul's [K, N] column-major; oneDNN turns it into its own format.
   */
  private dnnl_memory packedWeights(dnnl_memory_desc packed) {
    dnnl_memory target = memory(packed, scope.allocate(DnnlContext.bytes(packed)));
    try (NativeScope temporary = new NativeScope()) {
      ElementType type = problem.precision().weight();
      int rowBytes = k * type.bytes();
      NativeBuffer plain = temporary.allocate((long) batch * n * rowBytes);
      forEachRow(
          n,
          (b, row) ->
              operands.encodeWeightRow(
                  b, row, plain.slice(((long) b * n + row) * rowBytes, rowBytes)));

      long[] dims = dims(k, n);
      long[] strides = batch == 1 ? new long[] {1, k} : new long[] {(long) n * k, 1, k};
      dnnl_memory_desc transposed = context.describe(temporary, type, dims, strides);
      context.reorder(transposed, context.memory(temporary, transposed, plain), packed, target);
    }
    return target;
  }

  /** Encodes rows on the common pool: each writes its own part of the memory. */
  private void forEachRow(int rows, RowWriter writer) {
    IntStream.range(0, Math.multiplyExact(batch, rows))
        .parallel()
        .forEach(i -> writer.write(i / rows, i % rows));
  }

  @FunctionalInterface
  private interface RowWriter {
    void write(int batch, int row);
  }

  // ---- descriptions and memory ----

  /** Rows and columns, below the batch where there is one. */
  private long[] dims(int rows, int columns) {
    return batch == 1 ? new long[] {rows, columns} : new long[] {batch, rows, columns};
  }

  private dnnl_memory_desc rowMajor(ElementType type, int rows, int columns) {
    long[] strides =
        batch == 1 ? new long[] {columns, 1} : new long[] {(long) rows * columns, columns, 1};
    return context.describe(scope, type, dims(rows, columns), strides);
  }

  private dnnl_memory memory(dnnl_memory_desc description, NativeBuffer buffer) {
    return context.memory(scope, description, buffer);
  }
}
