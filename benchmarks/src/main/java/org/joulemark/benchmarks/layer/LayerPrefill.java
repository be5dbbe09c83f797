package org.joulemark.benchmarks.layer;

import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * One operation = one pass of one decoder layer over a batch of whole prompts, from the residual
 * stream before the layer to that after it. Verified against FP64 before it is timed.
 */
public class LayerPrefill extends LayerBenchmark {
  /** Tokens of each prompt. */
  @Param("64")
  public String sequence;

  @Override
  protected LayerProblem problem(ModelShape shape, LayerScales scales) {
    return LayerProblem.prefill(shape, strategy(), scales, batch(), Integer.parseInt(sequence));
  }

  /** One layer pass. */
  @Benchmark
  public void pass() {
    submit();
  }
}
