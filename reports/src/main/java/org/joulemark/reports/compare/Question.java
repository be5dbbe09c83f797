package org.joulemark.reports.compare;

import java.util.List;

/**
 * One thing to decide: has this quantity changed?
 *
 * @param quantity what was measured
 * @param before the mean of each fork of run A, in the quantity's base unit
 * @param after the mean of each fork of run B
 * @param threshold the change that matters, a fraction
 */
public record Question(
    ComparedQuantity quantity, List<Double> before, List<Double> after, double threshold) {
  /** Copies the lists. */
  public Question {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }
}
