package org.joulemark.kernels.cpu;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.OperandSource;
import org.joulemark.kernels.quant.Precision;

/**
 * Prepares a GEMM for oneDNN: lets it plan a matmul, whose layout of W is its own choice, and packs
 * W once. The heuristic is oneDNN's first implementation; tuned is the fastest of the first one of
 * each family (such as {@code brg_matmul} and {@code gemm}). Bias and residual are binary additions
 * fused into the primitive (its own bias argument is no bias per product of a batch).
 */
final class DnnlGemmBuilder {
  // DNNL_ARG_ATTR_MULTIPLE_POST_OP(0), a macro in oneapi/dnnl/dnnl_types.h.
  private static final int FIRST_POST_OP = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;

  private final DnnlContext context;
  private final GemmProblem problem;
  private final NativeScope scope = new NativeScope();

  private DnnlGemmBuilder(DnnlContext context, GemmProblem problem) {
    this.context = context;
    this.problem = problem;
  }

  /**
   * Prepares.
   *
   * @param tuned whether to time every family of implementations
   * @throws UnsupportedWorkException if oneDNN has no optimized implementation
   */
  static DnnlGemmWork build(
      DnnlContext context, GemmProblem problem, OperandSource source, boolean tuned) {
    if (problem.precision().output().isInteger() && problem.epilogue() != Epilogue.NONE) {
      throw new UnsupportedWorkException(
          problem.precision() + " has no epilogue " + problem.epilogue().id() + ".");
    }
    DnnlGemmBuilder builder = new DnnlGemmBuilder(context, problem);
    try {
      return builder.build(source, tuned);
    } catch (RuntimeException e) {
      builder.scope.close();
      throw e;
    }
  }

  private DnnlGemmWork build(OperandSource source, boolean tuned) {
    try (DnnlGemmOperands operands = new DnnlGemmOperands(context, scope, problem, source)) {
      List<dnnl_primitive_desc> plans = plans(operands, tuned);
      NativeBuffer output = operands.output();
      DnnlArguments.Builder shared = sharedArguments(operands, output);
      List<DnnlCandidate> candidates = new ArrayList<>();
      for (dnnl_primitive_desc plan : plans) {
        candidates.add(candidate(plan, operands, shared));
      }
      DnnlTuner.Choice choice = DnnlTuner.choose(candidates);

      Map<String, String> facts = new TreeMap<>(choice.candidate().facts());
      facts.putAll(choice.facts());
      facts.put("threads", Integer.toString(context.threads().effective()));
      return new DnnlGemmWork(problem, context, scope, choice.candidate(), output, facts);
    }
  }

  /**
   * The implementations to choose from, oneDNN's first choice first.
   *
   * @throws UnsupportedWorkException if there is none or its first choice is the reference
   */
  private List<dnnl_primitive_desc> plans(DnnlGemmOperands operands, boolean everyFamily) {
    dnnl_memory_desc anyWeights = operands.anyWeights();
    dnnl_primitive_attr attributes = attributes(operands);
    List<dnnl_primitive_desc> plans = new ArrayList<>();
    Set<String> families = new HashSet<>();
    dnnl_primitive_desc next = new dnnl_primitive_desc();
    Dnnl.checkImplemented(
        dnnl.dnnl_matmul_primitive_desc_create(
            next, context.engine(), operands.x, anyWeights, null, operands.y, attributes),
        "dnnl_matmul_primitive_desc_create",
        "oneDNN " + Dnnl.version() + " has no " + what() + " on this CPU.");
    scope.own(next, "dnnl_primitive_desc_destroy", dnnl::dnnl_primitive_desc_destroy);
    int status = dnnl.dnnl_success;
    while (status == dnnl.dnnl_success) {
      String implementation = new DnnlDescription(next).implementation();
      if (implementation.startsWith("ref")) {
        // Plain loops for correctness; oneDNN lists them after everything optimized.
        break;
      }
      if (families.add(family(implementation))) {
        dnnl_primitive_desc plan = new dnnl_primitive_desc();
        Dnnl.check(dnnl.dnnl_primitive_desc_clone(plan, next), "dnnl_primitive_desc_clone");
        plans.add(
            scope.own(plan, "dnnl_primitive_desc_destroy", dnnl::dnnl_primitive_desc_destroy));
      }
      if (!everyFamily) {
        break;
      }
      status = dnnl.dnnl_primitive_desc_next_impl(next);
      if (status != dnnl.dnnl_last_impl_reached) {
        Dnnl.check(status, "dnnl_primitive_desc_next_impl");
      }
    }
    if (plans.isEmpty()) {
      throw new UnsupportedWorkException(
          "oneDNN " + Dnnl.version() + " has only reference loops for " + what() + " on this CPU.");
    }
    return plans;
  }

  /**
   * {@code brg_matmul} of {@code brg_matmul:avx512_core}: what follows is an older instruction set.
   */
  private static String family(String implementation) {
    int colon = implementation.indexOf(':');
    return colon < 0 ? implementation : implementation.substring(0, colon);
  }

  private dnnl_primitive_attr attributes(DnnlGemmOperands operands) {
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
    if (operands.addend != null) {
      dnnl_post_ops postOps = new dnnl_post_ops();
      Dnnl.check(dnnl.dnnl_post_ops_create(postOps), "dnnl_post_ops_create");
      scope.own(postOps, "dnnl_post_ops_destroy", dnnl::dnnl_post_ops_destroy);
      Dnnl.check(
          dnnl.dnnl_post_ops_append_binary(postOps, dnnl.dnnl_binary_add, operands.addend),
          "dnnl_post_ops_append_binary");
      Dnnl.check(
          dnnl.dnnl_primitive_attr_set_post_ops(attributes, postOps),
          "dnnl_primitive_attr_set_post_ops");
    }
    return attributes;
  }

  private DnnlArguments.Builder sharedArguments(DnnlGemmOperands operands, NativeBuffer output) {
    DnnlArguments.Builder arguments =
        new DnnlArguments.Builder()
            .add(dnnl.DNNL_ARG_SRC, operands.activations())
            .add(dnnl.DNNL_ARG_DST, context.memory(scope, operands.y, output));
    if (operands.addend != null) {
      arguments.add(FIRST_POST_OP | dnnl.DNNL_ARG_SRC_1, operands.addends(operands.addend));
    }
    if (problem.precision() == Precision.INT8_OUT8) {
      arguments.add(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC, operands.alpha());
    }
    return arguments;
  }

  private DnnlCandidate candidate(
      dnnl_primitive_desc plan, DnnlGemmOperands operands, DnnlArguments.Builder shared) {
    NativeScope own = scope.nested();
    DnnlDescription description = new DnnlDescription(plan);
    dnnl_memory_desc scratchpad = description.scratchpad();
    dnnl_memory workspace =
        context.memory(own, scratchpad, own.allocate(DnnlContext.bytes(scratchpad)));
    DnnlArguments arguments =
        shared
            .copy()
            .add(dnnl.DNNL_ARG_WEIGHTS, operands.packedWeights(own, description.weights()))
            .add(dnnl.DNNL_ARG_SCRATCHPAD, workspace)
            .in(own);
    Map<String, String> facts = new TreeMap<>();
    facts.put("algorithm", description.implementation());
    facts.put("weight.format", description.weightFormat());
    facts.put("weight.bytes", Long.toString(DnnlContext.bytes(description.weights())));
    facts.put("workspace.bytes", Long.toString(DnnlContext.bytes(scratchpad)));
    return new DnnlCandidate(
        context, own, context.primitive(own, plan), arguments, description.implementation(), facts);
  }

  private String what() {
    return problem.precision()
        + " matmul"
        + (problem.epilogue() == Epilogue.NONE ? "" : " with epilogue " + problem.epilogue().id());
  }
}
