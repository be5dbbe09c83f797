package org.joulemark.benchmarks.layer;

import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.PassBenchmark;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerVerifier;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.openjdk.jmh.annotations.Param;

/**
 * One decoder layer. Before anything is timed its output is held against what the strategy defines
 * in FP64, some tokens of each sequence number by number ({@link LayerVerifier}); the score is its
 * fidelity: 1 − relative Frobenius error against the layer that nothing is quantized in.
 */
public abstract class LayerBenchmark extends PassBenchmark {
  /**
   * What the activations are: {@code normal}, {@code outliers} (a few channels 20 to 60 times as
   * large, and heavier tails), {@code tokens} (embeddings of a checkpoint's tokens), or {@code
   * auto}: tokens with a checkpoint, normal without.
   */
  @Param(Weights.AUTO_INPUTS)
  public String inputs;

  @Override
  protected final String inputs() {
    return inputs;
  }

  /**
   * The pass to measure.
   *
   * @param scales what was found for the strategy beforehand
   */
  protected abstract LayerProblem problem(ModelShape shape, LayerScales scales);

  @Override
  protected final WorkSession prepare(Weights weights) {
    return onEngine((opened, options) -> prepare(opened, weights, options));
  }

  private WorkSession prepare(EngineSession opened, Weights weights, LayerOptions options) {
    LayerProblem problem = problem(weights.shape(), scales(weights).layer(opened.engine()));
    LayerWork work = opened.engine().layer(problem, weights.layer(), options);
    String name =
        "layer " + problem.phase().id() + " of " + problem.shape().id() + " in " + strategy;
    return verified(
        opened,
        name,
        work,
        () -> {
          work.poisonOutput();
          work.submit();
          return LayerVerifier.verifyBoth(problem, weights.layer(), work.output());
        },
        fidelity ->
            new WorkUnit(
                name,
                problem.flops(),
                problem.compulsoryBytes(),
                fidelity,
                "fidelity",
                problem.rows()));
  }
}
