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
 * A linear part in one precision: one product of cuBLASLt with bias and addition as its epilogue.
 * The algorithm is chosen for the first weights and kept.
 */
final class PlainLinear implements CudaLinear {
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
  PlainLinear(
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

  @Override
  public CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    PlainWeights plain = (PlainWeights) weights;
    return bind(plain.weight(), plain.bias(), x, y, added);
  }

  /**
   * As the other, for weights that belong to no layer.
   *
   * @param bias [N], null for none
   */
  CudaCall bind(
      DeviceArena.Slice weight,
      DeviceArena.@Nullable Slice bias,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    Pointer biasPointer = bias == null ? null : bias.pointer();
    LtProblem described = planner.describe(problem, biasPointer, added != null);
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

  @Override
  public Map<String, String> facts() {
    return first == null ? Map.of() : first.facts();
  }
}
