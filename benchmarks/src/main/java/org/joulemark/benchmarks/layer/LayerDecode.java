package org.joulemark.benchmarks.layer;

import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.LayerScales;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * One operation = one pass of one decoder layer over the next token of each sequence, which looks
 * back at a context in the KV cache. Verified against FP64 before it is timed.
 */
public class LayerDecode extends LayerBenchmark {
  /** Tokens in the cache before the one that is read. */
  @Param("1024")
  public String context;

  @Override
  protected LayerProblem problem(ModelShape shape, LayerScales scales) {
    return LayerProblem.decode(shape, strategy(), scales, batch(), Integer.parseInt(context));
  }

  /** One layer pass. */
  @Benchmark
  public void pass() {
    submit();
  }
}
