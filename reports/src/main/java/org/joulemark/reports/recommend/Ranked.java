package org.joulemark.reports.recommend;

import java.util.List;

/**
 * A candidate in its place.
 *
 * @param candidate which
 * @param rule the rule that put it there, in words
 * @param reservations limits that could not be judged or that the rule does not mind, and what
 *     leaves the place open
 */
public record Ranked(Candidate candidate, String rule, List<String> reservations) {
  /** Copies the list. */
  public Ranked {
    reservations = List.copyOf(reservations);
  }
}
