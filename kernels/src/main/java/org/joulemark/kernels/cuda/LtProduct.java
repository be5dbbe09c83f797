package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Map;
import org.joulemark.kernels.gemm.Epilogue;
import org.joulemark.kernels.gemm.GemmProblem;
import org.joulemark.kernels.gemm.GemmShape;
import org.joulemark.kernels.gemm.OperandDistribution;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Products Y[M, N] = X[M, K] · W[N, K]ᵀ of one size on cuBLASLt, for any number of weights; the
 * algorithm is chosen for the first and kept.
 */
final class LtProduct {
  private final LtPlanner planner;
  private final CudaScope scope;
  private final GemmProblem problem;
  private final String algorithm;
  private @Nullable CublasLtGemm first;

  /**
   * Plans.
   *
   * @param scope owns the products
   * @param name for messages
   * @param algorithm {@code heuristic} or {@code tuned}
   */
  LtProduct(
      LtPlanner planner,
      CudaScope scope,
      String name,
      Precision precision,
      int m,
      int n,
      int k,
      String algorithm) {
    this.planner = planner;
    this.scope = scope;
    this.algorithm = algorithm;
    this.problem =
        new GemmProblem(
            new GemmShape(name, 1, m, n, k),
            precision,
            OperandDistribution.NORMAL,
            Epilogue.NONE,
            GemmProblem.DEFAULT_SEED);
  }

  /** Whether the library offers it with such terms; pointers need not be in place. */
  boolean isOffered(LtTerms terms) {
    return planner.offers(problem, terms);
  }

  /**
   * Binds it to memory that is allocated.
   *
   * @param added what is added to Y, null for nothing; may be Y itself
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if the library has no algorithm
   */
  CudaCall bind(
      LtTerms terms,
      DeviceArena.Slice weight,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    LtProblem described = planner.describe(problem, terms);
    LtOperands operands =
        new LtOperands(
            weight.pointer(),
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
    return () -> gemm.launch(0);
  }

  /** What was chosen; empty before it is bound. */
  Map<String, String> facts() {
    return first == null ? Map.of() : first.facts();
  }
}
