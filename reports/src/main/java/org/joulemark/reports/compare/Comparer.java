package org.joulemark.reports.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultRow;

/** Brings the configurations of two runs together, GPU model by GPU model, and has them judged. */
public final class Comparer {
  private final Rules rules;
  private final boolean force;

  /**
   * A comparer.
   *
   * @param rules when a difference counts
   * @param force whether to give verdicts although the environments differ
   */
  public Comparer(Rules rules, boolean force) {
    this.rules = rules;
    this.force = force;
  }

  /**
   * Compares run B with run A. Results of several machines may be on each side: they are compared
   * within the same hardware and driver, and the forks of a configuration that is there several
   * times are put together.
   *
   * @param nameBefore what to call run A
   * @param before its results
   * @param nameAfter what to call run B
   * @param after its results
   * @throws IllegalArgumentException if the runs have no configuration in common
   */
  public Comparison compare(
      String nameBefore, List<ResultFile> before, String nameAfter, List<ResultFile> after) {
    Set<Difference> differences = new LinkedHashSet<>();
    List<String> unmatched = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (Matched matched : match(Side.of(before), Side.of(after), unmatched)) {
      differences.addAll(differences(matched));
      parts.add(new Part(matched.hardware, pairs(matched, unmatched)));
    }
    if (parts.stream().allMatch(part -> part.pairs.isEmpty())) {
      throw new IllegalArgumentException(
          String.format(
              "Nothing to compare: %s and %s have no configuration in common. %s",
              nameBefore, nameAfter, String.join(" ", unmatched)));
    }
    return new Comparison(
        nameBefore, nameAfter, judge(parts), List.copyOf(differences), unmatched, force);
  }

  /**
   * Which hardware of A is compared with which of B: the same one. Where each side has but one,
   * they are compared whatever they are, and the environments say in what they differ.
   */
  private static List<Matched> match(
      Map<Hardware, Side> before, Map<Hardware, Side> after, List<String> unmatched) {
    if (before.size() == 1 && after.size() == 1) {
      Map.Entry<Hardware, Side> only = after.entrySet().iterator().next();
      return List.of(
          new Matched(only.getKey(), before.values().iterator().next(), only.getValue()));
    }
    Set<Hardware> all = new LinkedHashSet<>(before.keySet());
    all.addAll(after.keySet());
    List<Matched> matches = new ArrayList<>();
    for (Hardware hardware : all) {
      Side left = before.get(hardware);
      Side right = after.get(hardware);
      if (left != null && right != null) {
        matches.add(new Matched(hardware, left, right));
      } else {
        unmatched.add(
            "Only " + (left != null ? "A" : "B") + " has results of " + hardware.title() + ".");
      }
    }
    return matches;
  }

  /**
   * In what the places differ where rows were measured that are compared; those that block first.
   * Where no row is, the hardware as a whole is looked at: it may be why.
   */
  private static List<Difference> differences(Matched matched) {
    Set<Grounds> grounds = new LinkedHashSet<>();
    for (Side.Configuration configuration : matched.before.measured().keySet()) {
      if (matched.after.measured().containsKey(configuration)) {
        grounds.add(
            new Grounds(
                matched.before.environments(configuration),
                matched.after.environments(configuration)));
      }
    }
    if (grounds.isEmpty()) {
      grounds.add(
          new Grounds(Set.of(matched.before.environment()), Set.of(matched.after.environment())));
    }
    return grounds.stream()
        .flatMap(ground -> EnvironmentFacts.between(ground.before, ground.after).stream())
        .distinct()
        .sorted(Comparator.comparing(difference -> !difference.blocking()))
        .toList();
  }

  private List<RowPair> pairs(Matched matched, List<String> unmatched) {
    List<RowPair> pairs = new ArrayList<>();
    int onlyBefore = 0;
    for (Map.Entry<Side.Configuration, List<ResultRow>> entry :
        matched.before.measured().entrySet()) {
      List<ResultRow> again = matched.after.measured().get(entry.getKey());
      Optional<ResultRow> unmeasured = matched.after.unmeasured(entry.getKey());
      if (again != null) {
        pairs.add(RowPair.measured(entry.getKey(), entry.getValue(), again, rules));
      } else if (unmeasured.isPresent()) {
        pairs.add(RowPair.broken(entry.getKey(), unmeasured.get()));
      } else {
        onlyBefore++;
      }
    }
    long onlyAfter =
        matched.after.measured().keySet().stream()
            .filter(configuration -> !matched.before.measured().containsKey(configuration))
            .count();
    note(unmatched, onlyBefore, "A", matched.hardware);
    note(unmatched, onlyAfter, "B", matched.hardware);
    return pairs;
  }

  private static void note(List<String> unmatched, long count, String side, Hardware hardware) {
    if (count > 0) {
      unmatched.add(
          String.format(
              "%d configuration%s of %s %s measured in %s only.",
              count, count == 1 ? "" : "s", hardware.title(), count == 1 ? "was" : "were", side));
    }
  }

  /** All parts go to the judge at once, for the number of questions decides what counts. */
  private List<HardwareComparison> judge(List<Part> parts) {
    List<Question> questions =
        parts.stream().flatMap(part -> part.pairs.stream()).flatMap(RowPair::questions).toList();
    Iterator<Judgement> answers = new Judge(rules).judge(questions).iterator();
    List<HardwareComparison> judged = new ArrayList<>();
    for (Part part : parts) {
      List<RowComparison> rows = new ArrayList<>();
      part.pairs.forEach(pair -> rows.add(pair.judged(answers)));
      judged.add(new HardwareComparison(part.hardware, rows));
    }
    return judged;
  }

  private record Matched(Hardware hardware, Side before, Side after) {}

  private record Grounds(Set<Optional<Environment>> before, Set<Optional<Environment>> after) {}

  private record Part(Hardware hardware, List<RowPair> pairs) {}
}
