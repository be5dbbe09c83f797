package org.joulemark.reports.recommend;

import java.util.ArrayList;
import java.util.List;

/**
 * What a use case's limits say of one candidate.
 *
 * @param candidate which
 * @param broken the limits that it does not keep
 * @param notJudged a sentence part for each limit on a figure that is not known
 */
record Limits(Candidate candidate, List<Constraint> broken, List<String> notJudged) {

  /** Holds {@code candidate} against the limits that concern its work. */
  static Limits of(Candidate candidate, UseCase useCase) {
    List<Constraint> broken = new ArrayList<>();
    List<String> notJudged = new ArrayList<>();
    for (Constraint constraint : useCase.constraints()) {
      if (!constraint.concerns(candidate)) {
        continue;
      }
      if (Double.isNaN(candidate.figure(constraint.figure()))) {
        notJudged.add(notJudged(constraint, candidate));
      } else if (!constraint.keeps(candidate)) {
        broken.add(constraint);
      }
    }
    return new Limits(candidate, broken, notJudged);
  }

  private static String notJudged(Constraint constraint, Candidate candidate) {
    String title = constraint.figure().title();
    String missing =
        switch (constraint.figure()) {
          case PRICE -> "no price for " + candidate.hardware() + " (--prices FILE gives one)";
          case SCORE_RETENTION ->
              "no score of " + candidate.strategy() + " and of the baseline for this work";
          case LATENCY, POWER, BOARD_POWER, MEMORY -> "no " + title + " of " + candidate.hardware();
        };
    return title + " not judged: " + missing;
  }

  /** How far the candidate is beyond the limit that it breaks most, as a fraction; 0 if none. */
  double excess() {
    return broken.stream().mapToDouble(limit -> limit.excess(candidate)).max().orElse(0);
  }

  /** The broken limits in words. */
  List<String> reasons() {
    return broken.stream().map(this::reason).toList();
  }

  private String reason(Constraint limit) {
    return limit.figure().title()
        + " "
        + limit.value(candidate.figure(limit.figure()))
        + (candidate.isPublished(limit.figure()) ? " (published)" : "")
        + ", needs "
        + limit.text()
        + (limit.why() == null ? "" : " (" + limit.why() + ")");
  }
}
