package org.joulemark.benchmarks.task;

/**
 * What one item, or the mean one of a stratum, makes a model read.
 *
 * @param prompt tokens of the prompt
 * @param endings tokens of all its endings together, 0 where the prompt alone is scored
 * @param decoded tokens that are decoded after the prompt, 0 where none is
 */
public record ItemTokens(double prompt, double endings, double decoded) {

  /** Tokens in all. */
  public double sum() {
    return prompt + endings + decoded;
  }
}
