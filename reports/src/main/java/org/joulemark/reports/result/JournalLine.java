package org.joulemark.reports.result;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A {@link JournalEntry} whose JMH objects are read at once into what is needed of them: a tree of
 * every percentile that JMH writes would be ten times as big.
 */
record JournalLine(
    String benchmark,
    Map<String, String> params,
    Outcome outcome,
    String reason,
    String startedAt,
    Map<String, String> notes,
    List<JmhResult> results) {

  /** From a line of the journal. */
  @JsonCreator
  static JournalLine fromJson(
      @JsonProperty(value = "benchmark", required = true) @Nullable String benchmark,
      @JsonProperty(value = "params", required = true)
          @Nullable LinkedHashMap<String, @Nullable String> params,
      @JsonProperty(value = "outcome", required = true) @Nullable Outcome outcome,
      @JsonProperty("reason") @Nullable String reason,
      @JsonProperty("startedAt") @Nullable String startedAt,
      @JsonProperty("notes") @Nullable TreeMap<String, @Nullable String> notes,
      @JsonProperty("results") @Nullable List<@Nullable JmhResult> results) {
    List<JmhResult> checked = new ArrayList<>();
    if (results != null) {
      results.forEach(result -> checked.add(JmhResult.present("results", result)));
    }
    return new JournalLine(
        JmhResult.present("benchmark", benchmark),
        params == null ? Map.of() : JmhResult.present("params", params),
        JmhResult.present("outcome", outcome),
        reason == null ? "" : reason,
        startedAt == null ? "" : startedAt,
        notes == null ? Map.of() : JmhResult.present("notes", notes),
        checked);
  }

  /**
   * The same of an entry that is in memory.
   *
   * @throws IllegalArgumentException if its results are not JMH's
   */
  static JournalLine of(JournalEntry entry) {
    List<JmhResult> results = new ArrayList<>();
    for (JsonNode result : entry.results()) {
      results.add(JmhResult.JSON.convertValue(result, JmhResult.class));
    }
    return new JournalLine(
        entry.benchmark(),
        new LinkedHashMap<>(entry.params()),
        entry.outcome(),
        entry.reason(),
        entry.startedAt(),
        entry.notes(),
        results);
  }

  /** One row per JMH result, or a single one without numbers. */
  List<ResultRow> rows() {
    if (results.isEmpty()) {
      return List.of(row("", MetricValue.NONE, Map.of()));
    }
    return results.stream()
        .map(result -> row(result.mode(), result.primary(), result.metrics()))
        .toList();
  }

  private ResultRow row(String mode, MetricValue primary, Map<String, MetricValue> metrics) {
    return new ResultRow(
        benchmark, params, outcome, reason, startedAt, mode, primary, metrics, notes);
  }
}
