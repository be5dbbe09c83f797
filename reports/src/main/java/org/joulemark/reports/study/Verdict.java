package org.joulemark.reports.study;

/** What measurements say about a claim. */
public enum Verdict {
  /** The interval lies where the claim says. */
  SUPPORTED("supported"),
  /** The interval lies elsewhere. */
  CONTRADICTED("contradicted"),
  /** These measurements cannot tell. */
  NOT_TESTABLE("not testable with this data");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  /** For people. */
  public String words() {
    return words;
  }
}
