package org.joulemark.kernels.cpu;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.LinearWork;
import org.joulemark.kernels.engine.MemoryNeed;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.definition.WeightRows;

/** One linear part on the CPU; done when {@link #submit} returns. */
final class CpuLinearWork extends HostWork implements LinearWork {
  private final LinearProblem problem;
  private final OpenMpThreads threads;
  private final NativeScope scope;
  private final CpuLinears linears;
  private final NativeMatrix y;
  private final CpuLinear.Call call;
  private final String implementation;

  private CpuLinearWork(
      LinearProblem problem,
      DnnlContext context,
      NativeScope scope,
      WorkerTeam team,
      TensorSource source) {
    this.problem = problem;
    this.threads = context.threads();
    this.scope = scope;
    this.linears = new CpuLinears(context, team, problem.strategy());
    int rows = problem.tokens();
    LayerWeights weights = problem.weights(source);
    WeightRows weight = weights.weight(problem.part());
    NativeMatrix x = new NativeMatrix(scope, linears.inputType(), rows, problem.inputs());
    this.y = new NativeMatrix(scope, ElementType.FP32, rows, problem.outputs());
    CpuLinear linear =
        linears.plan(
            scope,
            problem.part(),
            new DnnlLinear.Spec(
                linears.plainPrecision(),
                y.type(),
                rows,
                problem.outputs(),
                problem.inputs(),
                weights.isBiased(problem.part()),
                CpuLinear.Fused.NONE),
            null);
    CpuLinear.Weights packed;
    try (WeightPacker packer = new WeightPacker(context, plainBytes(problem))) {
      packed =
          linear.pack(
              scope,
              packer,
              new CpuLinear.WeightSource(
                  CpuLinear.Rows.from(weight, 0),
                  weights.bias(problem.part()),
                  problem.scales(),
                  0));
    }
    fill(x, source);
    this.call = linear.bind(scope, packed, x, y, null);
    this.implementation = linear.implementation();
  }

  /**
   * Prepares a part.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory or
   *     oneDNN has no optimized implementation
   */
  static CpuLinearWork prepare(
      LinearProblem problem, DnnlContext context, WorkerTeam team, TensorSource source) {
    MemoryNeed.requireArray("output", problem.outputNumbers());
    CpuLinears.requireRows(
        problem.strategy(), problem.tokens(), problem.inputs(), problem.outputs());
    long weight = (long) problem.outputs() * problem.inputs();
    long numbers = (long) problem.tokens() * (2L * problem.inputs() + 2L * problem.outputs());
    CpuMemory.require(
        weight * CpuLinears.weightBytes(problem.strategy())
            + plainBytes(problem)
            + numbers * Float.BYTES,
        0);
    NativeScope scope = new NativeScope();
    try {
      return new CpuLinearWork(problem, context, scope, team, source);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private static long plainBytes(LinearProblem problem) {
    return (long) problem.outputs()
        * problem.inputs()
        * CpuLinears.plainPrecision(problem.strategy()).weight().bytes();
  }

  private void fill(NativeMatrix x, TensorSource source) {
    IntStream.range(0, x.rows())
        .parallel()
        .forEach(
            row -> {
              float[] values = new float[x.columns()];
              problem.inputRow(source, row, values);
              x.put(row, 0, values, 0, values.length);
            });
  }

  @Override
  public LinearProblem problem() {
    return problem;
  }

  @Override
  protected void run() {
    threads.prepareCurrentThread();
    call.run();
  }

  @Override
  public HostTensor output() {
    return new HostTensor("output", List.of(y.rows(), y.columns()), y.values());
  }

  @Override
  public void poisonOutput() {
    y.poison();
  }

  @Override
  public Optional<Decisions> decisions() {
    return linears.decisions();
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(linears.facts());
    facts.put("algorithm", implementation);
    facts.put("threads", Integer.toString(threads.effective()));
    return facts;
  }

  @Override
  public void close() {
    scope.close();
  }
}
