package org.joulemark.reports.recommend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.joulemark.reports.table.Quantity;

/**
 * The default: of the candidates that keep every limit, the one with the highest EOR. Those with a
 * limit that could not be judged come after those that keep all.
 */
public final class MostEfficient implements RuleSet {
  @Override
  public String id() {
    return "eor";
  }

  @Override
  public Recommendation recommend(UseCase useCase, List<Candidate> candidates) {
    List<Limits> fitting = new ArrayList<>();
    List<Limits> breaking = new ArrayList<>();
    List<Excluded> excluded = new ArrayList<>();
    for (Candidate candidate : candidates) {
      Limits limits = Limits.of(candidate, useCase);
      if (!candidate.hasEor()) {
        excluded.add(
            new Excluded(candidate, List.of("no EOR: its energy or its score is unknown")));
      } else if (limits.broken().isEmpty()) {
        fitting.add(limits);
      } else {
        breaking.add(limits);
        excluded.add(new Excluded(candidate, limits.reasons()));
      }
    }
    fitting.sort(
        Comparator.comparing((Limits limits) -> !limits.notJudged().isEmpty())
            .thenComparing(limits -> -limits.candidate().eor()));
    Candidate first = candidates.get(0);
    return new Recommendation(
        useCase,
        first.work(),
        first.provenance(),
        rank(fitting),
        excluded,
        changes(fitting, breaking));
  }

  private static List<Ranked> rank(List<Limits> fitting) {
    long judged = fitting.stream().filter(limits -> limits.notJudged().isEmpty()).count();
    List<Ranked> ranked = new ArrayList<>();
    for (Limits limits : fitting) {
      Candidate best = fitting.get(0).candidate();
      String rule;
      if (ranked.isEmpty()) {
        rule = first(judged > 0 ? judged : fitting.size(), judged > 0);
      } else if (judged > 0 && !limits.notJudged().isEmpty()) {
        rule = "after those that keep every limit, since not every limit could be judged";
      } else {
        rule = difference(limits.candidate(), best);
      }
      List<String> reservations = new ArrayList<>(limits.notJudged());
      reservations.addAll(openOrder(limits.candidate(), best));
      ranked.add(new Ranked(limits.candidate(), rule, reservations));
    }
    return ranked;
  }

  private static String first(long fitting, boolean judged) {
    String every = judged ? "every limit" : "every limit that could be judged";
    return fitting == 1
        ? "the only one that keeps " + every
        : "highest EOR of the " + fitting + " that keep " + every;
  }

  private static String difference(Candidate candidate, Candidate best) {
    return String.format(
        Locale.ROOT, "%.1f %% less EOR than the first", 100 * (1 - candidate.eor() / best.eor()));
  }

  /** Results of two sensors that are nearer to each other than the sensors may be. */
  private static List<String> openOrder(Candidate candidate, Candidate best) {
    double sensors = candidate.sensor().mayDifferFrom(best.sensor());
    double apart = 1 - candidate.eor() / best.eor();
    // False where a sensor states nothing.
    return Math.abs(apart) < sensors
        ? List.of(
            String.format(
                Locale.ROOT,
                "another sensor measured it than the first, and two may differ by %.0f %%: which of"
                    + " them is ahead is open",
                100 * sensors))
        : List.of();
  }

  private static List<String> changes(List<Limits> fitting, List<Limits> breaking) {
    List<String> changes = new ArrayList<>();
    double best = fitting.isEmpty() ? Double.NEGATIVE_INFINITY : fitting.get(0).candidate().eor();
    breaking.stream()
        .filter(limits -> limits.candidate().eor() > best)
        .min(
            Comparator.comparingDouble(Limits::excess)
                .thenComparing(limits -> -limits.candidate().eor()))
        .ifPresent(limits -> changes.add(nearestExclusion(limits, best)));
    fitting.stream()
        .filter(limits -> !limits.notJudged().isEmpty() && limits.candidate().eor() > best)
        .findFirst()
        .ifPresent(
            limits ->
                changes.add(
                    limits.candidate().title()
                        + " has a higher EOR and would come first if this were known to be kept: "
                        + String.join("; ", limits.notJudged())
                        + "."));
    if (fitting.size() > 1 && fitting.get(1).candidate().eor() < best) {
      changes.add(
          String.format(
              Locale.ROOT,
              "The second would come first with %.1f %% less energy for the same score.",
              100 * (1 - fitting.get(1).candidate().eor() / best)));
    }
    if (changes.isEmpty()) {
      changes.add(
          breaking.isEmpty()
              ? "There is no other candidate: results of other hardware or strategies could change it."
              : "No excluded candidate has a higher EOR: only new results could change it.");
    }
    return changes;
  }

  private static String nearestExclusion(Limits limits, double best) {
    Candidate candidate = limits.candidate();
    return candidate.title()
        + " (EOR "
        + Quantity.format(candidate.eor(), "")
        + (best > 0 ? " against " + Quantity.format(best, "") : "")
        + ") would come first but for: "
        + String.join("; ", limits.reasons())
        + ".";
  }
}
