package org.joulemark.reports.score;

/** Where a score comes from. */
public enum ScoreKind {
  /** A results file of lm-evaluation-harness. */
  HARNESS(1, "lm-evaluation-harness"),
  /** A scores file in this suite's own format. */
  FILE(2, "scores file"),
  /** The built-in table of what others have published. */
  PUBLISHED(3, "published");

  private final int code;
  private final String id;

  ScoreKind(int code, String id) {
    this.code = code;
    this.id = id;
  }

  /** The number used where results hold numbers only. */
  public int code() {
    return code;
  }

  /** The name for people. */
  public String id() {
    return id;
  }
}
