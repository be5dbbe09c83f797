package org.joulemark.benchmarks.model;

import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * One operation = one batch of prompts, from token numbers to the logits of each one's last token.
 * What is verified before it is timed, {@link ModelBenchmark} says.
 */
public class ModelPrefill extends ModelBenchmark {
  /** Tokens of each prompt. */
  @Param("64")
  public String sequence;

  @Override
  protected int start() {
    return 0;
  }

  @Override
  protected int newTokens() {
    return Integer.parseInt(sequence);
  }

  @Override
  protected String phase() {
    return "prefill";
  }

  @Override
  protected Work work(ModelSession session, int[][] tokens) {
    return session.prefill(tokens);
  }

  /** One batch of prompts. */
  @Benchmark
  public void prompt() {
    submit();
  }
}
