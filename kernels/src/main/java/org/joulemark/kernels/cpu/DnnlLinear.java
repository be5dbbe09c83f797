package org.joulemark.kernels.cpu;

import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * The linear part Y[M, N] = f(X[M, K] · W[N, K]ᵀ + b) as one oneDNN matmul primitive for a fixed M,
 * to be bound to any number of weights of its size. f is what is fused into it: an activation, or a
 * product or sum with another FP32 matrix of Y's size.
 */
final class DnnlLinear {

  /** What is done with the sums before they are written. */
  enum Fused {
    /** Nothing. */
    NONE,
    /** silu(y) = y / (1 + e^−y). */
    SILU,
    /** GELU in its tanh form. */
    GELU,
    /** y · other. */
    TIMES,
    /** y + other. */
    PLUS
  }

  /**
   * What is asked for.
   *
   * @param precision formats of X and W
   * @param output format of Y
   * @param m rows of X
   * @param n rows of W
   * @param k columns of X and W
   * @param bias whether there is an FP32 bias
   * @param fused what is done with the sums
   */
  record Spec(
      Precision precision, ElementType output, int m, int n, int k, boolean bias, Fused fused) {}

  private final DnnlContext context;
  private final Spec spec;
  private final DnnlDescription description;
  private final dnnl_primitive primitive;
  private final dnnl_memory scratchpad;

  /**
   * Plans.
   *
   * @param scope owns the primitive
   * @param weights the arrangement that W has, null to let oneDNN choose
   * @throws UnsupportedWorkException if oneDNN has no optimized implementation
   */
  DnnlLinear(
      DnnlContext context, NativeScope scope, Spec spec, @Nullable dnnl_memory_desc weights) {
    this.context = context;
    this.spec = spec;
    ElementType activation = spec.precision().activation();
    dnnl_primitive_desc plan = new dnnl_primitive_desc();
    Dnnl.checkImplemented(
        dnnl.dnnl_matmul_primitive_desc_create(
            plan,
            context.engine(),
            context.rowMajor(scope, activation, spec.m(), spec.k()),
            weights == null
                ? context.anyFormat(scope, spec.precision().weight(), spec.k(), spec.n())
                : weights,
            spec.bias() ? context.rowMajor(scope, ElementType.FP32, 1, spec.n()) : null,
            context.rowMajor(scope, spec.output(), spec.m(), spec.n()),
            attributes(scope)),
        "dnnl_matmul_primitive_desc_create",
        "oneDNN " + Dnnl.version() + " has no " + spec + " on this CPU.");
    scope.own(plan, "dnnl_primitive_desc_destroy", dnnl::dnnl_primitive_desc_destroy);
    this.description = new DnnlDescription(plan);
    if (description.implementation().startsWith("ref")) {
      throw new UnsupportedWorkException(
          "oneDNN "
              + Dnnl.version()
              + " has only its reference loops for "
              + spec
              + " on this CPU.");
    }
    this.primitive = new dnnl_primitive();
    Dnnl.check(dnnl.dnnl_primitive_create(primitive, plan), "dnnl_primitive_create");
    scope.own(primitive, "dnnl_primitive_destroy", dnnl::dnnl_primitive_destroy);
    dnnl_memory_desc scratch = description.scratchpad();
    this.scratchpad = context.memory(scope, scratch, scope.allocate(DnnlContext.bytes(scratch)));
  }

  private dnnl_primitive_attr attributes(NativeScope scope) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    Dnnl.check(dnnl.dnnl_primitive_attr_create(attributes), "dnnl_primitive_attr_create");
    scope.own(attributes, "dnnl_primitive_attr_destroy", dnnl::dnnl_primitive_attr_destroy);
    Dnnl.check(
        dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user),
        "dnnl_primitive_attr_set_scratchpad_mode");
    if (spec.fused() == Fused.NONE) {
      return attributes;
    }
    dnnl_post_ops operations = new dnnl_post_ops();
    Dnnl.check(dnnl.dnnl_post_ops_create(operations), "dnnl_post_ops_create");
    scope.own(operations, "dnnl_post_ops_destroy", dnnl::dnnl_post_ops_destroy);
    switch (spec.fused()) {
      case SILU -> activation(operations, dnnl.dnnl_eltwise_swish, 1);
      case GELU -> activation(operations, dnnl.dnnl_eltwise_gelu_tanh, 0);
      case TIMES -> binary(scope, operations, dnnl.dnnl_binary_mul);
      case PLUS -> binary(scope, operations, dnnl.dnnl_binary_add);
      case NONE -> throw new IllegalStateException("nothing is fused");
    }
    Dnnl.check(
        dnnl.dnnl_primitive_attr_set_post_ops(attributes, operations),
        "dnnl_primitive_attr_set_post_ops");
    return attributes;
  }

  private static void activation(dnnl_post_ops operations, int kind, float alpha) {
    Dnnl.check(
        dnnl.dnnl_post_ops_append_eltwise(operations, kind, alpha, 0),
        "dnnl_post_ops_append_eltwise");
  }

  private void binary(NativeScope scope, dnnl_post_ops operations, int kind) {
    dnnl_memory_desc other = context.rowMajor(scope, ElementType.FP32, spec.m(), spec.n());
    Dnnl.check(
        dnnl.dnnl_post_ops_append_binary(operations, kind, other), "dnnl_post_ops_append_binary");
  }

  /** oneDNN's name for what it chose, such as {@code brg_matmul:avx512_core_amx}. */
  String implementation() {
    return description.implementation();
  }

  /** How W is to be arranged. */
  dnnl_memory_desc weights() {
    return description.weights();
  }

  /** Writes one row of W or the like. */
  @FunctionalInterface
  interface Rows {

    /** Writes row {@code row} from the array's index 0 on. */
    void row(int row, float[] into);
  }

  /**
   * Encodes and packs W.
   *
   * @param scope owns the packed W
   */
  dnnl_memory pack(NativeScope scope, WeightPacker packer, Rows rows) {
    return packer.pack(scope, spec.precision().weight(), spec.n(), spec.k(), weights(), rows);
  }

  /** The bias in native memory, or null where the part has none. */
  @Nullable dnnl_memory bias(NativeScope scope, float[] values) {
    if (!spec.bias()) {
      return null;
    }
    NativeMatrix bias = new NativeMatrix(scope, ElementType.FP32, 1, spec.n());
    bias.put(0, 0, values, 0, spec.n());
    return context.memory(scope, bias);
  }

  /** Weights and bias of one linear part. */
  record Weights(dnnl_memory packed, @Nullable dnnl_memory bias) {}

  /**
   * Binds the primitive to memory.
   *
   * @param scope owns the arguments
   * @param other what {@link Fused#TIMES} and {@link Fused#PLUS} read; may be Y itself
   */
  Call bind(
      NativeScope scope,
      Weights weights,
      NativeMatrix x,
      NativeMatrix y,
      @Nullable NativeMatrix other) {
    DnnlArguments.Builder arguments =
        new DnnlArguments.Builder()
            .add(dnnl.DNNL_ARG_SRC, context.memory(scope, x))
            .add(dnnl.DNNL_ARG_WEIGHTS, weights.packed())
            .add(dnnl.DNNL_ARG_DST, context.memory(scope, y))
            .add(dnnl.DNNL_ARG_SCRATCHPAD, scratchpad);
    if (weights.bias() != null) {
      arguments.add(dnnl.DNNL_ARG_BIAS, weights.bias());
    }
    if (other != null) {
      // DNNL_ARG_ATTR_MULTIPLE_POST_OP(0), a macro in oneapi/dnnl/dnnl_types.h.
      arguments.add(
          dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | dnnl.DNNL_ARG_SRC_1,
          context.memory(scope, other));
    }
    return new Call(context, primitive, arguments.in(scope));
  }

  /** One linear part with everything it reads and writes, ready to run. */
  static final class Call {
    private final DnnlContext context;
    private final dnnl_primitive primitive;
    private final dnnl_exec_arg_t arguments;
    private final int count;

    private Call(DnnlContext context, dnnl_primitive primitive, DnnlArguments arguments) {
      this.context = context;
      this.primitive = primitive;
      this.arguments = arguments.pointer();
      this.count = arguments.count();
    }

    /** Runs it; what is written may be read when this returns. Allocates nothing. */
    void run() {
      int status = dnnl.dnnl_primitive_execute(primitive, context.stream(), count, arguments);
      if (status != dnnl.dnnl_success) {
        Dnnl.check(status, "dnnl_primitive_execute");
      }
    }
  }

  /** Every implementation that a list of parts uses, each once, for the facts. */
  static String implementations(List<DnnlLinear> parts) {
    return String.join(
        ", ", parts.stream().map(DnnlLinear::implementation).distinct().sorted().toList());
  }
}
