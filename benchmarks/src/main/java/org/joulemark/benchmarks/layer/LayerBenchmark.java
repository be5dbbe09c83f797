package org.joulemark.benchmarks.layer;

import org.joulemark.benchmarks.work.Ceiling;
import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.PassBenchmark;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.layer.TensorComparison;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;

/**
 * One decoder layer. Before anything is timed its output is held against the FP64 reference, some
 * tokens of each sequence number by number ({@link LayerVerifier}); the score is the fidelity found
 * there: 1 − relative Frobenius error.
 */
public abstract class LayerBenchmark extends PassBenchmark {

  /**
   * The pass to measure.
   *
   * @param scales what was found for the strategy beforehand
   */
  protected abstract LayerProblem problem(ModelShape shape, LayerScales scales);

  @Override
  protected final WorkSession prepare(EngineSession opened, Weights weights, LayerOptions options) {
    LayerProblem problem = problem(weights.shape(), LayerScales.NONE);
    LayerWork work = opened.engine().layer(problem, weights.layer(), options);
    String name =
        "layer " + problem.phase().id() + " of " + problem.shape().id() + " in " + strategy;
    WorkUnit unit =
        new WorkUnit(
            name,
            problem.flops(),
            problem.compulsoryBytes(),
            verify(name, problem, weights, work).fidelity(),
            "fidelity",
            problem.rows());
    return new WorkSession(
        opened,
        work,
        unit,
        Ceiling.of(opened, problem.precision().name(), unit.flops(), unit.bytes()));
  }

  private static TensorComparison verify(
      String name, LayerProblem problem, Weights weights, LayerWork work) {
    work.poisonOutput();
    work.submit();
    work.drain();
    TensorComparison comparison = LayerVerifier.verify(problem, weights.layer(), work.output());
    requirePassed(name, comparison);
    return comparison;
  }
}
