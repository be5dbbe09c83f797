package org.joulemark.reports.recommend;

import java.util.List;

/**
 * A candidate that a rule leaves out.
 *
 * @param candidate which
 * @param reasons why, one for each limit that it does not keep
 */
public record Excluded(Candidate candidate, List<String> reasons) {
  /** Copies the list. */
  public Excluded {
    reasons = List.copyOf(reasons);
  }
}
