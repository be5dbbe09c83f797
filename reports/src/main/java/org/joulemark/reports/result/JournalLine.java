package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;

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

  /**
   * The same of an entry that is in memory.
   *
   * @throws IllegalArgumentException if its results are not JMH's
   */
  static JournalLine of(JournalEntry entry) {
    List<JmhResult> results = new ArrayList<>();
    RowReader reader = new RowReader(true);
    StringCache strings = new StringCache();
    for (JsonNode result : entry.results()) {
      try (JsonParser parser = result.traverse()) {
        parser.nextToken();
        results.add(reader.result(new TokenCursor(parser, strings)));
      } catch (IOException e) {
        throw new IllegalArgumentException(Reading.reason(e), e);
      }
    }
    return new JournalLine(
        entry.benchmark(),
        entry.params(),
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
