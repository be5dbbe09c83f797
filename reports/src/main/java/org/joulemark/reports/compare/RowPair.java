package org.joulemark.reports.compare;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.OperationTime;
import org.joulemark.reports.result.ResultRow;
import org.jspecify.annotations.Nullable;

/**
 * A configuration of both runs with what is to be asked of it.
 *
 * @param configuration which
 * @param after B's first row
 * @param time the question of its time; null if it does not run any more
 * @param energy the question of its energy; null if neither side has energy
 * @param kindBefore where A's energy comes from; empty without energy
 * @param kindAfter where B's energy comes from; empty without energy
 * @param broken why B has no result; empty if it has
 */
record RowPair(
    Side.Configuration configuration,
    ResultRow after,
    @Nullable Question time,
    @Nullable Question energy,
    String kindBefore,
    String kindAfter,
    String broken) {
  private static final String MODELLED = "modelled";

  /** Both sides were measured. */
  static RowPair measured(
      Side.Configuration configuration,
      List<ResultRow> before,
      List<ResultRow> after,
      Rules rules) {
    boolean onCpu = "cpu".equals(configuration.params().get("engine"));
    Function<ResultRow, MetricValue> timeOf = timeOf(before, after);
    Question time =
        new Question(
            ComparedQuantity.TIME,
            seconds(before, timeOf),
            seconds(after, timeOf),
            onCpu ? rules.cpuTimeThreshold() : rules.gpuTimeThreshold());
    List<Double> joulesBefore = joules(before);
    List<Double> joulesAfter = joules(after);
    String kindBefore = joulesBefore.isEmpty() ? "" : kind(before);
    String kindAfter = joulesAfter.isEmpty() ? "" : kind(after);
    Question energy =
        joulesBefore.isEmpty() && joulesAfter.isEmpty()
            ? null
            : new Question(
                ComparedQuantity.ENERGY,
                joulesBefore,
                joulesAfter,
                kindBefore.equals(MODELLED) && kindAfter.equals(MODELLED)
                    ? rules.modelledEnergyThreshold()
                    : rules.energyThreshold());
    return new RowPair(configuration, after.get(0), time, energy, kindBefore, kindAfter, "");
  }

  /** A was measured, B was tried and is {@code unmeasured}. */
  static RowPair broken(Side.Configuration configuration, ResultRow unmeasured) {
    return new RowPair(
        configuration,
        unmeasured,
        null,
        null,
        "",
        "",
        "measured in A, " + unmeasured.outcome().id() + " in B: " + unmeasured.reason());
  }

  /** Whether A's energy and B's come from the same kind of source, if there are both. */
  boolean sameKind() {
    return kindBefore.equals(kindAfter) || kindBefore.isEmpty() || kindAfter.isEmpty();
  }

  /**
   * What the judge is to answer. Energies of two kinds are no question: the answer means nothing.
   */
  Stream<Question> questions() {
    return Stream.of(time, sameKind() ? energy : null).flatMap(Stream::ofNullable);
  }

  /** The row with the answers to its {@link #questions()}, taken from {@code answers} in turn. */
  RowComparison judged(Iterator<Judgement> answers) {
    Judgement timeAnswer = time == null ? null : answers.next();
    Judgement energyAnswer =
        energy == null ? null : sameKind() ? answers.next() : differentKinds(energy);
    return new RowComparison(
        configuration.benchmark(),
        configuration.params(),
        kindAfter.isEmpty() ? kindBefore : kindAfter,
        timeAnswer,
        energyAnswer,
        broken,
        after);
  }

  private Judgement differentKinds(Question question) {
    return Judgement.undecided(
        question,
        "the energy is "
            + kindBefore
            + " in A and "
            + kindAfter
            + " in B, and kinds are never compared");
  }

  /** JMH's figure and that of whole rounds differ, so all rows have the one or all the other. */
  private static Function<ResultRow, MetricValue> timeOf(
      List<ResultRow> before, List<ResultRow> after) {
    return Stream.concat(before.stream(), after.stream())
            .allMatch(row -> OperationTime.ofWholeRounds(row).isPresent())
        ? OperationTime::of
        : ResultRow::primary;
  }

  private static List<Double> seconds(
      List<ResultRow> rows, Function<ResultRow, MetricValue> timeOf) {
    return rows.stream()
        .flatMap(row -> ForkMeans.secondsPerOperation(timeOf.apply(row)).stream())
        .toList();
  }

  private static List<Double> joules(List<ResultRow> rows) {
    return rows.stream().flatMap(row -> ForkMeans.of(row.metric("energy")).stream()).toList();
  }

  /** The kind of all rows' energy; where there are several, no other run has the same. */
  private static String kind(List<ResultRow> rows) {
    return String.join(
        " and ",
        rows.stream().map(ResultRow::energyKind).filter(Objects::nonNull).distinct().toList());
  }
}
