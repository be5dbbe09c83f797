package org.joulemark.reports.result;

import java.util.List;
import java.util.Map;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;

/**
 * One configuration's result, ready to be shown.
 *
 * @param benchmark full name of the benchmark method
 * @param params every parameter with the value that ran
 * @param outcome how the configuration ended
 * @param reason why it is unsupported or failed; empty where it is ok
 * @param startedAt ISO 8601 instant in UTC; empty where the file does not say, as JMH's does not
 * @param mode JMH's short name of the benchmark mode, such as {@code avgt}; empty without a result
 * @param primary JMH's primary metric: time per operation unless the user chose another mode
 * @param metrics the secondary metrics by name
 * @param notes facts in words
 */
public record ResultRow(
    String benchmark,
    Map<String, String> params,
    Outcome outcome,
    String reason,
    String startedAt,
    String mode,
    MetricValue primary,
    Map<String, MetricValue> metrics,
    Map<String, String> notes) {

  /** A secondary metric, {@link MetricValue#NONE} if the result has none of that name. */
  public MetricValue metric(String name) {
    return metrics.getOrDefault(name, MetricValue.NONE);
  }

  /**
   * Where the energy figures come from ({@code measured}, {@code integrated}, {@code modelled}), or
   * empty.
   */
  public String energyKind() {
    return notes.getOrDefault("energy.kind", metric("energy.kind").unit());
  }

  /**
   * Where a task's score comes from, such as {@code published score of baseline}; empty where there
   * is none, and for a kernel, whose score is its own fidelity.
   */
  public String scoreKind() {
    MetricValue kind = metric("score.kind");
    return Double.isNaN(kind.value()) ? "" : kind.unit();
  }

  /** The rows of one journal entry: one per JMH result, or a single one without numbers. */
  public static List<ResultRow> of(JournalEntry entry) {
    return JournalLine.of(entry).rows();
  }

  /** The row of one of JMH's own results, which are there only if all went well. */
  static ResultRow of(JmhResult result) {
    return new ResultRow(
        result.benchmark(),
        result.params(),
        Outcome.OK,
        "",
        "",
        result.mode(),
        result.primary(),
        result.metrics(),
        Map.of());
  }
}
