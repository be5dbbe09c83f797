package org.joulemark.reports.recommend;

import java.util.List;

/** A way to choose among candidates. */
public interface RuleSet {
  /** The name on the command line. */
  String id();

  /**
   * Chooses.
   *
   * @param useCase what is needed
   * @param candidates all of one work and one provenance; at least one
   */
  Recommendation recommend(UseCase useCase, List<Candidate> candidates);
}
