package org.joulemark.reports.recommend;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A leaf of the study's decision tree.
 *
 * @param hardware regular expression of the device's name
 * @param strategy regular expression of the strategy's name
 * @param title hardware and strategy as the study names them
 * @param claim what the study says of them: a claim to test, not a result
 */
public record StudyChoice(
    @JsonProperty(value = "hardware", required = true) String hardware,
    @JsonProperty(value = "strategy", required = true) String strategy,
    @JsonProperty(value = "title", required = true) String title,
    @JsonProperty(value = "claim", required = true) String claim) {

  /**
   * Checks the expressions.
   *
   * @throws IllegalArgumentException if one is none
   */
  public StudyChoice {
    Expression.of(hardware);
    Expression.of(strategy);
  }

  /** Whether {@code candidate} is what the study means. */
  public boolean matches(Candidate candidate) {
    return Expression.of(hardware).matcher(candidate.hardware()).find()
        && Expression.of(strategy).matcher(candidate.strategy()).find();
  }
}
