package org.joulemark.benchmarks.task;

/**
 * One item of a sample, as it is carried out.
 *
 * @param prompt tokens of its prompt, rounded up
 * @param endings tokens of its endings together, rounded up
 * @param decoded tokens that it decodes
 * @param real what it stands for
 */
record SampledItem(int prompt, int endings, int decoded, ItemTokens real) {

  /** Tokens that are read before the first is decoded. */
  int read() {
    return prompt + endings;
  }
}
