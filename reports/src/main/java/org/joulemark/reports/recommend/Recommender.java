package org.joulemark.reports.recommend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lets a rule set choose for each use case, among candidates that may be compared. */
public final class Recommender {
  private final RuleSet rules;

  /** A recommender that follows {@code rules}. */
  public Recommender(RuleSet rules) {
    this.rules = rules;
  }

  /**
   * A recommendation for each use case, each work and each provenance. Figures of different works
   * say nothing about each other, and kinds of energy are never compared.
   */
  public List<Recommendation> recommend(List<UseCase> useCases, List<Candidate> candidates) {
    Map<Arena, List<Candidate>> arenas = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      arenas
          .computeIfAbsent(
              new Arena(candidate.work(), candidate.provenance()), arena -> new ArrayList<>())
          .add(candidate);
    }
    List<Recommendation> recommendations = new ArrayList<>();
    for (UseCase useCase : useCases) {
      arenas.values().forEach(rivals -> recommendations.add(rules.recommend(useCase, rivals)));
    }
    return recommendations;
  }

  private record Arena(String work, Provenance provenance) {}
}
