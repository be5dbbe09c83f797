package org.joulemark.reports.compare;

/**
 * A fact in which the environments of the two runs differ.
 *
 * @param fact what it is, for people
 * @param before in run A
 * @param after in run B
 * @param blocking whether the runs are not comparable because of it
 */
public record Difference(String fact, String before, String after, boolean blocking) {
  /** One sentence. */
  public String sentence() {
    return fact + ": " + before + " in A, " + after + " in B.";
  }
}
