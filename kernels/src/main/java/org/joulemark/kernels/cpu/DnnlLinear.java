package org.joulemark.kernels.cpu;

import java.util.List;
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
final class DnnlLinear implements CpuLinear {
  // Bits of oneDNN's masks over the weights' dimensions [K, N].
  private static final int FOR_EACH_ROW = 1;
  private static final int FOR_EACH_COLUMN = 1 << 1;

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

  /**
   * Weights that are integers, scaled back to X's precision inside the product ("weights
   * decompression" in oneDNN's developer guide). They lie row-major as W[N, K].
   *
   * @param type {@code dnnl_s8} or {@code dnnl_u4}
   * @param group inputs of a channel that share a scale and a zero point; 0 for a scale for each
   *     channel and no zero points
   */
  record Coded(int type, int group) {

    /** W as oneDNN sees it, [K, N]. */
    dnnl_memory_desc weights(DnnlContext context, NativeScope scope, int n, int k) {
      return context.describe(scope, type, new long[] {k, n}, new long[] {1, k});
    }
  }

  private final DnnlContext context;
  private final Spec spec;
  private final @Nullable Coded coded;
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
    this(context, scope, spec, weights, null);
  }

  /** As the other, over integer weights that lie as {@link Coded} says. */
  DnnlLinear(DnnlContext context, NativeScope scope, Spec spec, Coded coded) {
    this(context, scope, spec, coded.weights(context, scope, spec.n(), spec.k()), coded);
  }

  private DnnlLinear(
      DnnlContext context,
      NativeScope scope,
      Spec spec,
      @Nullable dnnl_memory_desc weights,
      @Nullable Coded coded) {
    this.context = context;
    this.spec = spec;
    this.coded = coded;
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
    if (coded != null) {
      decompress(attributes, coded);
    }
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

  private static void decompress(dnnl_primitive_attr attributes, Coded coded) {
    Dnnl.check(
        dnnl.dnnl_primitive_attr_set_fpmath_mode_v2(attributes, dnnl.dnnl_fpmath_mode_strict, 1),
        "dnnl_primitive_attr_set_fpmath_mode_v2");
    if (coded.group() == 0) {
      Dnnl.check(
          dnnl.dnnl_primitive_attr_set_scales_mask(
              attributes, dnnl.DNNL_ARG_WEIGHTS, FOR_EACH_COLUMN),
          "dnnl_primitive_attr_set_scales_mask");
      return;
    }
    long[] groups = {coded.group(), 1};
    int mask = FOR_EACH_ROW | FOR_EACH_COLUMN;
    Dnnl.check(
        dnnl.dnnl_primitive_attr_set_scales(
            attributes, dnnl.DNNL_ARG_WEIGHTS, mask, groups.length, groups, dnnl.dnnl_f32),
        "dnnl_primitive_attr_set_scales");
    Dnnl.check(
        dnnl.dnnl_primitive_attr_set_zero_points(
            attributes, dnnl.DNNL_ARG_WEIGHTS, mask, groups.length, groups, dnnl.dnnl_u8),
        "dnnl_primitive_attr_set_zero_points");
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

  @Override
  public String implementation() {
    return description.implementation();
  }

  /** How W is to be arranged. */
  dnnl_memory_desc weights() {
    return description.weights();
  }

  @Override
  public Weights pack(NativeScope scope, WeightPacker packer, WeightSource source) {
    dnnl_memory packed =
        packer.pack(scope, spec.precision().weight(), spec.n(), spec.k(), weights(), source.rows());
    return new Packed(packed, null, null, spec.bias() ? bias(scope, source.bias()) : null);
  }

  /** The bias in native memory. */
  dnnl_memory bias(NativeScope scope, float[] values) {
    NativeMatrix bias = new NativeMatrix(scope, ElementType.FP32, 1, spec.n());
    bias.put(0, 0, values, 0, spec.n());
    return context.memory(scope, bias);
  }

  /**
   * Weights that are packed already.
   *
   * @param scales of coded weights, FP32: [N], or [K / group, N]; null otherwise
   * @param zeroPoints of coded weights in groups, unsigned bytes [K / group, N]; null otherwise
   * @param bias null where the part has none
   */
  record Packed(
      dnnl_memory weight,
      @Nullable dnnl_memory scales,
      @Nullable dnnl_memory zeroPoints,
      @Nullable dnnl_memory bias)
      implements Weights {}

  @Override
  public Call bind(
      NativeScope scope,
      Weights weights,
      NativeMatrix x,
      NativeMatrix y,
      @Nullable NativeMatrix other) {
    if (!(weights instanceof Packed packed)) {
      throw new IllegalArgumentException("weights of another kind of part");
    }
    DnnlArguments.Builder arguments =
        arguments(packed.weight(), context.memory(scope, x), context.memory(scope, y));
    if (packed.bias() != null) {
      arguments.add(dnnl.DNNL_ARG_BIAS, packed.bias());
    }
    if (packed.scales() != null) {
      arguments.add(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS, packed.scales());
    }
    if (packed.zeroPoints() != null) {
      arguments.add(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_WEIGHTS, packed.zeroPoints());
    }
    if (other != null) {
      // DNNL_ARG_ATTR_MULTIPLE_POST_OP(0), a macro in oneapi/dnnl/dnnl_types.h.
      arguments.add(
          dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | dnnl.DNNL_ARG_SRC_1,
          context.memory(scope, other));
    }
    return new Execution(context, primitive, arguments.in(scope));
  }

  /**
   * Binds the primitive to memory that is no FP32, FP16 or BF16 matrix.
   *
   * @param scope owns the arguments
   */
  Call bind(NativeScope scope, dnnl_memory weight, dnnl_memory x, dnnl_memory y) {
    return new Execution(context, primitive, arguments(weight, x, y).in(scope));
  }

  private DnnlArguments.Builder arguments(dnnl_memory weight, dnnl_memory x, dnnl_memory y) {
    return new DnnlArguments.Builder()
        .add(dnnl.DNNL_ARG_SRC, x)
        .add(dnnl.DNNL_ARG_WEIGHTS, weight)
        .add(dnnl.DNNL_ARG_DST, y)
        .add(dnnl.DNNL_ARG_SCRATCHPAD, scratchpad);
  }

  /** One primitive with its arguments. */
  private record Execution(DnnlContext context, dnnl_primitive primitive, DnnlArguments arguments)
      implements Call {
    @Override
    public void run() {
      int status =
          dnnl.dnnl_primitive_execute(
              primitive, context.stream(), arguments.count(), arguments.pointer());
      if (status != dnnl.dnnl_success) {
        Dnnl.check(status, "dnnl_primitive_execute");
      }
    }
  }

  /** Every implementation that a list of parts uses, each once, for the facts. */
  static String implementations(List<CpuLinear> parts) {
    return String.join(
        ", ", parts.stream().map(CpuLinear::implementation).distinct().sorted().toList());
  }
}
