package org.joulemark.reports.recommend;

import java.util.List;

/**
 * The answer for one use case and one work.
 *
 * @param useCase what is needed
 * @param work what is to be done
 * @param provenance of all candidates
 * @param ranked the best first; empty if nothing fits
 * @param excluded what was left out and why
 * @param changes sentences on what would change the answer
 */
public record Recommendation(
    UseCase useCase,
    String work,
    Provenance provenance,
    List<Ranked> ranked,
    List<Excluded> excluded,
    List<String> changes) {
  /** Copies the lists. */
  public Recommendation {
    ranked = List.copyOf(ranked);
    excluded = List.copyOf(excluded);
    changes = List.copyOf(changes);
  }
}
