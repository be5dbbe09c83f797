package org.joulemark.reports.result;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;

/**
 * One configuration's result, ready to be shown.
 *
 * @param benchmark full name of the benchmark method
 * @param params every parameter with the value that ran
 * @param outcome how the configuration ended
 * @param reason why it is unsupported or failed; empty where it is ok
 * @param primary JMH's primary metric: time per operation unless the user chose another mode
 * @param metrics the secondary metrics by name
 * @param notes facts in words
 */
public record ResultRow(
    String benchmark,
    Map<String, String> params,
    Outcome outcome,
    String reason,
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

  /** The rows of one journal entry: one per JMH result, or a single one without numbers. */
  public static List<ResultRow> of(JournalEntry entry) {
    List<ResultRow> rows = new ArrayList<>();
    for (JsonNode result : entry.results()) {
      Map<String, MetricValue> metrics = new TreeMap<>();
      result
          .path("secondaryMetrics")
          .properties()
          .forEach(metric -> metrics.put(metric.getKey(), JmhJson.metric(metric.getValue())));
      rows.add(row(entry, JmhJson.metric(result.path("primaryMetric")), metrics));
    }
    if (rows.isEmpty()) {
      rows.add(row(entry, MetricValue.NONE, Map.of()));
    }
    return rows;
  }

  private static ResultRow row(
      JournalEntry entry, MetricValue primary, Map<String, MetricValue> metrics) {
    return new ResultRow(
        entry.benchmark(),
        new LinkedHashMap<>(entry.params()),
        entry.outcome(),
        entry.reason(),
        primary,
        metrics,
        entry.notes());
  }
}
