package org.joulemark.kernels.cpu;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.quant.ElementType;

/** silu or GELU over an FP32 matrix, in place. */
final class DnnlEltwise {
  private final DnnlContext context;
  private final dnnl_primitive primitive;

  /**
   * Plans.
   *
   * @param scope owns the primitive
   * @param kind silu or GELU
   */
  DnnlEltwise(DnnlContext context, NativeScope scope, CpuLinear.Fused kind, int rows, int columns) {
    this.context = context;
    dnnl_memory_desc matrix = context.rowMajor(scope, ElementType.FP32, rows, columns);
    dnnl_primitive_desc plan = new dnnl_primitive_desc();
    boolean silu = kind == CpuLinear.Fused.SILU;
    Dnnl.check(
        dnnl.dnnl_eltwise_forward_primitive_desc_create(
            plan,
            context.engine(),
            dnnl.dnnl_forward_inference,
            silu ? dnnl.dnnl_eltwise_swish : dnnl.dnnl_eltwise_gelu_tanh,
            matrix,
            matrix,
            silu ? 1 : 0,
            0,
            null),
        "dnnl_eltwise_forward_primitive_desc_create");
    scope.own(plan, "dnnl_primitive_desc_destroy", dnnl::dnnl_primitive_desc_destroy);
    this.primitive = context.primitive(scope, plan);
  }

  /**
   * Binds it to a matrix.
   *
   * @param scope owns the arguments
   */
  CpuLinear.Call bind(NativeScope scope, NativeMatrix matrix) {
    dnnl_memory memory = context.memory(scope, matrix);
    DnnlArguments arguments =
        new DnnlArguments.Builder()
            .add(dnnl.DNNL_ARG_SRC, memory)
            .add(dnnl.DNNL_ARG_DST, memory)
            .in(scope);
    return () -> context.execute(primitive, arguments);
  }
}
