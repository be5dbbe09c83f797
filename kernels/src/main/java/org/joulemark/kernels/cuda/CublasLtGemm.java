package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.javacpp.Pointer;

/** A GEMM through {@code cublasLtMatmul} with one chosen algorithm. */
final class CublasLtGemm implements GemmCall {
  private final LtProblem problem;
  private final CudaStream stream;
  private final Pointer workspace;
  private final List<LtOperands> operands;
  private final Map<String, String> facts = new LinkedHashMap<>();
  private LtAlgorithm chosen;
  private cublasLtMatmulAlgo_t algorithm;

  /**
   * With a first algorithm; takes over {@code problem}.
   *
   * @param operands the sets of matrices that it may be launched on, at least one
   * @param workspace of the problem's workspace size
   */
  CublasLtGemm(
      LtProblem problem,
      LtAlgorithm algorithm,
      List<LtOperands> operands,
      Pointer workspace,
      CudaStream stream) {
    this.problem = problem;
    this.stream = stream;
    this.workspace = workspace;
    this.operands = List.copyOf(operands);
    this.chosen = algorithm;
    this.algorithm = algorithm.toNative();
    facts.putAll(algorithm.facts());
  }

  /** Goes on with another algorithm. */
  void use(LtAlgorithm other) {
    algorithm.close();
    chosen = other;
    algorithm = other.toNative();
    facts.putAll(other.facts());
  }

  /** The algorithm that it goes on with. */
  LtAlgorithm algorithm() {
    return chosen;
  }

  /** Adds facts about how the algorithm was chosen. */
  void addFacts(Map<String, String> more) {
    facts.putAll(more);
  }

  /** Operand sets. */
  int sets() {
    return operands.size();
  }

  /** Enqueues the product of one operand set; the library's status. */
  int tryLaunch(int set) {
    LtOperands one = operands.get(set);
    return problem.multiply(
        one.weight(), one.activation(), one.addend(), one.output(), algorithm, workspace, stream);
  }

  @Override
  public void launch(int set) {
    CudaCheck.cublas(tryLaunch(set), "cublasLtMatmul");
  }

  @Override
  public Map<String, String> facts() {
    return facts;
  }

  @Override
  public void close() {
    algorithm.close();
    problem.close();
  }
}
