package org.joulemark.reports.compare;

import java.util.Locale;

/** What became of one quantity of one configuration from run A to run B. */
public enum Verdict {
  /** The whole interval of the change lies within the threshold. */
  SAME,
  /** Less time, or less energy, by more than the threshold. */
  FASTER,
  /** More time, or more energy, by more than the threshold: a regression. */
  SLOWER,
  /** The data do not decide; a reason says what would. */
  AMBIGUOUS;

  /** The name used in files: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
