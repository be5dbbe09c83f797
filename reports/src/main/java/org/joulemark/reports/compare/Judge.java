package org.joulemark.reports.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.joulemark.reports.statistics.EffectSize;
import org.joulemark.reports.statistics.FalseDiscovery;
import org.joulemark.reports.statistics.RankTest;
import org.joulemark.reports.statistics.RobustSpread;
import org.joulemark.reports.statistics.Shift;
import org.jspecify.annotations.Nullable;

/**
 * Answers all questions of a comparison together, because how many were asked decides how much
 * evidence one needs.
 *
 * <p>The fork is the unit of replication: a fork's iterations share a virtual machine, addresses
 * and a moment, and are no independent samples. A change counts only if the bootstrap interval of
 * the median ratio lies wholly past the threshold, the rank test's significance stays below the
 * limit after Benjamini and Hochberg's adjustment, and Cliff's δ is large. It is the same only if
 * the interval lies wholly within the threshold. Everything else is ambiguous.
 */
public final class Judge {
  /** Nobody waits for more. */
  private static final int MANY_FORKS = 50;

  private final Rules rules;

  /** A judge that follows {@code rules}. */
  public Judge(Rules rules) {
    this.rules = rules;
  }

  /** The answers, in the order of {@code questions}. */
  public List<Judgement> judge(List<Question> questions) {
    List<@Nullable Evidence> evidence = questions.stream().map(this::examine).toList();
    double[] significances =
        evidence.stream()
            .filter(found -> found != null)
            .mapToDouble(found -> found.significance)
            .toArray();
    double[] adjusted = FalseDiscovery.adjust(significances);
    List<Judgement> judgements = new ArrayList<>();
    int tested = 0;
    for (int i = 0; i < questions.size(); i++) {
      Evidence found = evidence.get(i);
      judgements.add(
          found == null
              ? Judgement.undecided(questions.get(i), whyUnusable(questions.get(i)))
              : decide(questions.get(i), found, adjusted[tested++], adjusted.length));
    }
    return judgements;
  }

  /** What the data say by themselves; null where they are unusable. */
  private @Nullable Evidence examine(Question question) {
    if (!whyUnusable(question).isEmpty()) {
      return null;
    }
    double[] before = logarithms(question.before());
    double[] after = logarithms(question.after());
    return new Evidence(
        Shift.between(before, after, rules.confidence(), rules.resamples(), rules.seed()),
        RankTest.twoSidedP(before, after),
        EffectSize.cliffsDelta(before, after),
        RobustSpread.of(before),
        RobustSpread.of(after));
  }

  private String whyUnusable(Question question) {
    List<Double> before = question.before();
    List<Double> after = question.after();
    if (Math.min(before.size(), after.size()) < rules.minimumForks()) {
      return String.format(
          Locale.ROOT,
          "%d fork%s against %d; a verdict needs %d on each side (-f %d)",
          before.size(),
          before.size() == 1 ? "" : "s",
          after.size(),
          rules.minimumForks(),
          rules.minimumForks());
    }
    boolean positive =
        before.stream().allMatch(Judge::isPositive) && after.stream().allMatch(Judge::isPositive);
    return positive ? "" : "a fork's " + question.quantity().id() + " is not a positive number";
  }

  private Judgement decide(Question question, Evidence found, double adjusted, int questions) {
    double limit = Math.log1p(question.threshold());
    Shift shift = found.shift;
    boolean slower = shift.low() > limit;
    boolean faster = shift.high() < -limit;
    boolean same = -limit <= shift.low() && shift.high() <= limit;
    String doubt = slower || faster ? doubt(question, found, adjusted, questions) : "";
    Verdict verdict =
        same
            ? Verdict.SAME
            : doubt.isEmpty() && slower
                ? Verdict.SLOWER
                : doubt.isEmpty() && faster ? Verdict.FASTER : Verdict.AMBIGUOUS;
    String reason =
        verdict != Verdict.AMBIGUOUS
            ? ""
            : doubt.isEmpty() ? straddles(question, shift, questions) : doubt;
    return new Judgement(
        question,
        verdict,
        reason,
        Math.expm1(shift.median()),
        Math.expm1(shift.low()),
        Math.expm1(shift.high()),
        found.significance,
        adjusted,
        found.delta);
  }

  /** Why a change that looks clear is not: empty if it is. */
  private String doubt(Question question, Evidence found, double adjusted, int questions) {
    int before = question.before().size();
    int after = question.after().size();
    double quiet = rules.unrest() * Math.log1p(question.threshold());
    if (found.spreadBefore > quiet || found.spreadAfter > quiet) {
      return unrest(found, quiet);
    }
    if (adjusted >= rules.significance()) {
      boolean reachable = RankTest.smallestP(before, after) * questions < rules.significance();
      return reachable
          ? String.format(
              Locale.ROOT,
              "the forks of A and B overlap (q = %.2g, not below %s)",
              adjusted,
              rules.significance())
          : String.format(
              Locale.ROOT,
              "looks %s by %s, but %d forks against %d cannot reach q < %s among %d questions; %d"
                  + " forks on each side (-f %d) can, or fewer questions",
              found.shift.median() > 0 ? "worse" : "better",
              percent(Math.expm1(found.shift.median())),
              before,
              after,
              rules.significance(),
              questions,
              forksFor(questions),
              forksFor(questions));
    }
    return Math.abs(found.delta) < rules.effect()
        ? String.format(Locale.ROOT, "the forks of A and B overlap (Cliff's δ = %.2f)", found.delta)
        : "";
  }

  /** Forks that differ so much say that others used the machine; the next run may be as far off. */
  private static String unrest(Evidence found, double quiet) {
    boolean inBefore = found.spreadBefore > quiet;
    return String.format(
        Locale.ROOT,
        "looks %s by %s, but the forks of %s scatter by %s, so the machine was not quiet; run it"
            + " where nothing else runs",
        found.shift.median() > 0 ? "worse" : "better",
        percent(Math.expm1(found.shift.median())),
        inBefore ? "A" : "B",
        percent(Math.expm1(inBefore ? found.spreadBefore : found.spreadAfter)).substring(1));
  }

  private String straddles(Question question, Shift shift, int questions) {
    int forks = decidingForks(question, shift, questions);
    return String.format(
        Locale.ROOT,
        "the change lies between %s and %s, and the threshold is %s; %s",
        percent(Math.expm1(shift.low())),
        percent(Math.expm1(shift.high())),
        percent(question.threshold()).substring(1),
        forks <= MANY_FORKS
            ? "about " + forks + " forks on each side (-f " + forks + ") would decide"
            : "it is too near to the threshold for " + MANY_FORKS + " forks to decide");
  }

  /**
   * With how many forks on each side the interval would lie on one side of the threshold, if the
   * change stayed what it is: an interval's width goes with the inverse root of the forks.
   */
  private int decidingForks(Question question, Shift shift, int questions) {
    double distance = Math.abs(Math.abs(shift.median()) - Math.log1p(question.threshold()));
    double reach = Math.max(shift.high() - shift.median(), shift.median() - shift.low());
    int forks = Math.min(question.before().size(), question.after().size());
    double wanted = Math.min(MANY_FORKS + 1.0, Math.ceil(forks * Math.pow(reach / distance, 2)));
    return Math.max(Math.max(forks + 1, (int) wanted), forksFor(questions));
  }

  /** The least forks on each side with which one change among so many questions can be found. */
  private int forksFor(int questions) {
    int forks = rules.minimumForks();
    while (RankTest.smallestP(forks, forks) * questions >= rules.significance()) {
      forks++;
    }
    return forks;
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%+.1f %%", 100 * fraction);
  }

  private static boolean isPositive(double value) {
    return Double.isFinite(value) && value > 0;
  }

  private static double[] logarithms(List<Double> values) {
    return values.stream().mapToDouble(Math::log).toArray();
  }

  /** Spreads are those of logarithms, which for small ones are fractions of the value. */
  private record Evidence(
      Shift shift, double significance, double delta, double spreadBefore, double spreadAfter) {}
}
