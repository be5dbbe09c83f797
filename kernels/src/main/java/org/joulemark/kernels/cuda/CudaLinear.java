package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * The linear part Y[M, N] = X[M, K] · W[N, K]ᵀ (+ b) (+ another matrix) for a fixed M, to be bound
 * to any number of weights of its size; the algorithm is chosen for the first and kept.
 */
final class CudaLinear {
  private final LtPlanner planner;
  private final GemmProblem problem;
  private final String algorithm;
  private @Nullable CublasLtGemm first;

  /**
   * Plans.
   *
   * @param name for messages
   * @param algorithm {@code heuristic} or {@code tuned}
   */
  CudaLinear(
      LtPlanner planner, String name, Precision precision, int m, int n, int k, String algorithm) {
    this.planner = planner;
    this.algorithm = algorithm;
    this.problem =
        new GemmProblem(
            new GemmShape(name, 1, m, n, k),
            precision,
            OperandDistribution.NORMAL,
            Epilogue.NONE,
            GemmProblem.DEFAULT_SEED);
  }

  /**
   * Binds it to memory that is allocated; weights and bias are in place.
   *
   * @param scope owns the product
   * @param added what is added to Y, null for nothing; may be Y itself
   */
  CublasLtGemm bind(
      CudaScope scope,
      CudaLayerWeights.Part part,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    Pointer bias = part.bias() == null ? null : part.bias().pointer();
    LtProblem described = planner.describe(problem, bias, added != null);
    LtOperands operands =
        new LtOperands(
            part.weight().pointer(),
            x.pointer(),
            added == null ? y.pointer() : added.pointer(),
            y.pointer());
    CublasLtGemm gemm =
        first == null
            ? planner.plan(described, List.of(operands), algorithm, "hot")
            : planner.repeat(described, first.algorithm(), operands);
    scope.own(gemm, CublasLtGemm::close);
    if (first == null) {
      first = gemm;
    }
    return gemm;
  }

  /** What was chosen; empty before it is bound. */
  Map<String, String> facts() {
    return first == null ? Map.of() : first.facts();
  }
}
