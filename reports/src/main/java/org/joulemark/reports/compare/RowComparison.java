package org.joulemark.reports.compare;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.joulemark.reports.result.ResultRow;
import org.jspecify.annotations.Nullable;

/**
 * One configuration in both runs.
 *
 * @param benchmark full name of the benchmark method
 * @param params its parameters
 * @param energyKind where the energy figures come from; empty without energy
 * @param time what became of the time; null where one side has no result
 * @param energy what became of the energy; null where neither side has any
 * @param broken why B has no result where A has one; empty otherwise
 * @param after B's result, the first of several
 */
public record RowComparison(
    String benchmark,
    Map<String, String> params,
    String energyKind,
    @Nullable Judgement time,
    @Nullable Judgement energy,
    String broken,
    ResultRow after) {

  /** The judgements that were made. */
  public List<Judgement> judgements() {
    return Stream.of(time, energy).filter(Objects::nonNull).toList();
  }

  /** Whether one of the verdicts is {@code verdict}. */
  public boolean has(Verdict verdict) {
    return judgements().stream().anyMatch(judgement -> judgement.verdict() == verdict);
  }

  /** Whether B is worse than A: more time, more energy, or no result any more. */
  public boolean isRegression() {
    return !broken.isEmpty() || has(Verdict.SLOWER);
  }
}
