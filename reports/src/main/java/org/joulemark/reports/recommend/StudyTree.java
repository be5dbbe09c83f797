package org.joulemark.reports.recommend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.joulemark.reports.table.Quantity;

/**
 * The study's decision tree: for each use case the hardware and strategy that it names, beside the
 * figures that are known of them here.
 */
public final class StudyTree implements RuleSet {
  @Override
  public String id() {
    return "study";
  }

  @Override
  public Recommendation recommend(UseCase useCase, List<Candidate> candidates) {
    List<Ranked> ranked = new ArrayList<>();
    for (StudyChoice choice : useCase.study()) {
      candidates.stream()
          .filter(choice::matches)
          .sorted(Comparator.comparingDouble(candidate -> -candidate.eor()))
          .forEach(candidate -> ranked.add(rank(candidate, choice, useCase)));
    }
    List<Candidate> chosen = ranked.stream().map(Ranked::candidate).toList();
    String titles =
        useCase.study().stream().map(StudyChoice::title).collect(Collectors.joining(" or "));
    List<Excluded> excluded =
        candidates.stream()
            .filter(candidate -> !chosen.contains(candidate))
            .map(
                candidate ->
                    new Excluded(
                        candidate,
                        List.of(
                            titles.isEmpty()
                                ? "the study names nothing for this use case"
                                : "the study names " + titles)))
            .toList();
    Candidate first = candidates.get(0);
    return new Recommendation(
        useCase,
        first.work(),
        first.provenance(),
        ranked,
        excluded,
        changes(titles, chosen, candidates));
  }

  private static Ranked rank(Candidate candidate, StudyChoice choice, UseCase useCase) {
    Limits limits = Limits.of(candidate, useCase);
    List<String> reservations =
        Stream.concat(
                limits.reasons().stream().map(reason -> "does not keep: " + reason),
                limits.notJudged().stream())
            .toList();
    return new Ranked(
        candidate,
        "the study's choice, " + choice.title() + ": " + choice.claim() + " (a claim to test)",
        reservations);
  }

  private static List<String> changes(
      String titles, List<Candidate> chosen, List<Candidate> candidates) {
    if (chosen.isEmpty()) {
      return titles.isEmpty()
          ? List.of("Another rule set; the study says nothing here.")
          : List.of("A result of " + titles + " for this work: there is none here.");
    }
    return candidates.stream()
        .filter(Candidate::hasEor)
        .max(Comparator.comparingDouble(Candidate::eor))
        .filter(best -> !chosen.contains(best))
        .map(
            best ->
                List.of(
                    "The rule set eor: "
                        + best.title()
                        + " has the highest EOR here, "
                        + Quantity.format(best.eor(), "")
                        + "."))
        .orElse(List.of("Nothing here: it has the highest EOR as well."));
  }
}
