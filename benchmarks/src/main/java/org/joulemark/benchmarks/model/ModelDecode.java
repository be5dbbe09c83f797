package org.joulemark.benchmarks.model;

import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * One operation = the next token of each sequence, greedily, after a context in the KV cache. Each
 * unit reads at the same position, so that all do the same work. What is verified before it is
 * timed, {@link ModelBenchmark} says.
 */
public class ModelDecode extends ModelBenchmark {
  /** Tokens in the cache before the one that is read. */
  @Param("128")
  public String context;

  @Override
  protected int start() {
    return Integer.parseInt(context);
  }

  @Override
  protected int newTokens() {
    return 1;
  }

  @Override
  protected String phase() {
    return "decode";
  }

  @Override
  protected Work work(ModelSession session, int[][] tokens) {
    return session.decode(start());
  }

  /** One token of each sequence. */
  @Benchmark
  public void token() {
    submit();
  }
}
