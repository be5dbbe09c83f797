package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.javacpp.Pointer;

/** A GEMM through {@code cublasLtMatmul} with one chosen algorithm. */
final class CublasLtGemm implements GemmCall {
  private final LtProblem problem;
  private final CudaStream stream;
  private final Pointer workspace;
  private final Pointer[] weights;
  private final Pointer[] activations;
  private final Pointer[] addends;
  private final Pointer[] outputs;
  private final Map<String, String> facts = new LinkedHashMap<>();
  private cublasLtMatmulAlgo_t algorithm;

  /**
   * With a first algorithm; takes over {@code problem}.
   *
   * @param workspace of the problem's workspace size
   */
  CublasLtGemm(
      LtProblem problem,
      LtAlgorithm algorithm,
      GemmOperands operands,
      Pointer workspace,
      CudaStream stream) {
    this.problem = problem;
    this.stream = stream;
    this.workspace = workspace;
    int sets = operands.count();
    weights = new Pointer[sets];
    activations = new Pointer[sets];
    addends = new Pointer[sets];
    outputs = new Pointer[sets];
    for (int set = 0; set < sets; set++) {
      weights[set] = operands.weight(set);
      activations[set] = operands.activation(set);
      addends[set] = operands.addend(set);
      outputs[set] = operands.output(set);
    }
    this.algorithm = algorithm.toNative();
    facts.putAll(algorithm.facts());
  }

  /** Goes on with another algorithm. */
  void use(LtAlgorithm other) {
    algorithm.close();
    algorithm = other.toNative();
    facts.putAll(other.facts());
  }

  /** Adds facts about how the algorithm was chosen. */
  void addFacts(Map<String, String> more) {
    facts.putAll(more);
  }

  /** Operand sets. */
  int sets() {
    return weights.length;
  }

  /** Enqueues the product of one operand set; the library's status. */
  int tryLaunch(int set) {
    return problem.multiply(
        weights[set], activations[set], addends[set], outputs[set], algorithm, workspace, stream);
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
