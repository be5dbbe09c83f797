package org.joulemark.benchmarks.gemm;

import org.joulemark.benchmarks.work.EngineSession;
import org.joulemark.benchmarks.work.PassBenchmark;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.benchmarks.work.WorkSession;
import org.joulemark.harness.metrics.WorkUnit;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LinearWork;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.gemm.GemmShapes;
import org.joulemark.kernels.layer.LinearProblem;
import org.joulemark.kernels.layer.LinearVerifier;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * One operation = one linear part of a layer by itself under a strategy, Y[M, N] = X[M, K] · W[N,
 * K]ᵀ (+ b) as the layer carries it out: X quantized, multiplied, scaled back. So strategies can be
 * compared part by part, what quantizing costs beside the product included. Before anything is
 * timed, Y is held against what the strategy defines in FP64, channel by channel ({@link
 * LinearVerifier}); the score is its fidelity against the product that nothing is quantized in.
 */
public class QuantizedGemm extends PassBenchmark {
  /**
   * {@code qkv}, {@code o}, {@code gate_up} ({@code up} where nothing is gated) or {@code down}.
   */
  @Param("gate_up")
  public String part;

  /** M: rows of X; {@code auto} for a prompt of 2048 tokens. */
  @Param("auto")
  public String tokens;

  /**
   * What X holds: {@code normal}, {@code outliers} (a few channels 20 to 60 times as large, and
   * heavier tails), or {@code auto}: normal.
   */
  @Param(Weights.AUTO_INPUTS)
  public String inputs;

  @Override
  protected final String inputs() {
    if (inputs.equals(Weights.TOKENS)) {
      throw new UnsupportedWorkException(
          "inputs=tokens is what a layer reads; a linear part by itself reads normal or outliers.");
    }
    return inputs.equals(Weights.AUTO_INPUTS) ? Weights.NORMAL : inputs;
  }

  @Override
  protected final WorkSession prepare(Weights weights) {
    return onEngine((opened, options) -> prepare(opened, weights, options));
  }

  private WorkSession prepare(EngineSession opened, Weights weights, LayerOptions options) {
    if (batch() != 1) {
      throw new UnsupportedWorkException(
          "batch=" + batch + " is not offered by QuantizedGemm; tokens are its rows.");
    }
    LinearPart meant = part(part);
    int rows = rows();
    PartScales scales =
        scales(weights)
            .part(new LinearProblem(weights.shape(), meant, strategy(), PartScales.NONE, rows));
    LinearProblem problem = new LinearProblem(weights.shape(), meant, strategy(), scales, rows);
    LinearWork work = opened.engine().linear(problem, weights.layer(), options);
    String name =
        problem.name() + " of " + problem.shape().id() + " over " + rows + " tokens in " + strategy;
    return verified(
        opened,
        name,
        work,
        () -> {
          work.poisonOutput();
          work.submit();
          return LinearVerifier.verify(problem, weights.layer(), work.output());
        },
        fidelity ->
            new WorkUnit(
                name, problem.flops(), problem.compulsoryBytes(), fidelity, "fidelity", rows));
  }

  private int rows() {
    return new GemmShapes(ModelCatalogue.standard())
        .resolve("square-" + GemmShapes.DEFAULT_LAYER_TOKENS, tokens, 1)
        .m();
  }

  /**
   * The part of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static LinearPart part(String name) {
    for (LinearPart part : LinearPart.values()) {
      if (part.id().equals(name) || (part == LinearPart.FEED_FORWARD_IN && name.equals("up"))) {
        return part;
      }
    }
    throw new IllegalArgumentException(
        "part=" + name + " is not known; choose from qkv, o, gate_up (or up), down.");
  }

  /** One linear part. */
  @Benchmark
  public void gemm() {
    submit();
  }
}
