package org.joulemark.reports.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.result.ResultRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SummaryTableTest {

  @ParameterizedTest
  @CsvSource({
    "0.000612, s, 612 µs",
    "1, J, 1.00 J",
    "0, J, 0.00 J",
    "999.96, '', 1.00 k",
    "99.96, '', 100",
    "-0.5, W, -500 mW",
    "123456789, '', 123 M",
    "4.3e-16, J, 0.43 fJ",
    "NaN, J, –",
    "Infinity, J, –"
  })
  void writesQuantitiesWithPrefixes(double value, String unit, String expected) {
    assertThat(Quantity.format(value, unit)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0.000612, 0.000004, 612 ± 4 µs",
    "1.5, NaN, 1.50 s",
    "0.00431, 0.00002, 4.31 ± 0.02 ms"
  })
  void writesAnErrorUnderTheValuesPrefix(double value, double error, String expected) {
    assertThat(Quantity.formatPair(value, error, "s")).isEqualTo(expected);
  }

  @Test
  void showsVaryingParametersNumbersKindsAndReasons() throws JsonProcessingException {
    String text =
        SummaryTable.render(
            List.of(
                row("INT8", Outcome.OK, "", RESULT),
                row("FP8_E4M3", Outcome.UNSUPPORTED, "no FP8 on this CPU", ""),
                row("FP32", Outcome.FAILED, "worst element (3, 4)", "")));
    assertThat(text)
        .contains("precision")
        .contains("612 ± 4 µs")
        .contains("3,508.9")
        .contains("4.30 mJ")
        .contains("modelled")
        .contains("The same in every row: shape=square-1024")
        .contains("Unsupported here:\n  GemmBenchmark.gemm precision=FP8_E4M3: no FP8 on this CPU")
        .contains("Failed:\n  GemmBenchmark.gemm precision=FP32: worst element (3, 4)")
        .doesNotContain("NaN");
  }

  @Test
  void saysWhereATasksScoreComesFrom() throws JsonProcessingException {
    String published =
        RESULT.replace(
            "\"edp\"",
            "\"score\": {\"score\": 0.0008, \"scoreError\": 0, \"scoreUnit\": \"1\"},"
                + "\"score.kind\": {\"score\": 3, \"scoreUnit\": \"published score of baseline\"}, \"edp\"");
    assertThat(SummaryTable.render(List.of(row("INT8", Outcome.OK, "", published))))
        .contains("score from")
        .contains("0.00080")
        .contains("published score of baseline");
    assertThat(SummaryTable.render(List.of(row("INT8", Outcome.OK, "", RESULT))))
        .as("a kernel's score is its own fidelity")
        .doesNotContain("score from");
  }

  @Test
  void readsJmhsSpellingOfNaN() throws JsonProcessingException {
    ResultRow row = row("INT8", Outcome.OK, "", RESULT);
    assertThat(row.metric("edp").value()).isNaN();
    assertThat(row.metric("edp").error()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(row.metric("no.such.metric").value()).isNaN();
  }

  @Test
  void aRateIsTurnedIntoTheTimeOfAnOperation() throws JsonProcessingException {
    String rate =
        RESULT.replace(
            "\"score\": 612.0, \"scoreError\": 4.0, \"scoreUnit\": \"us/op\"",
            "\"score\": 2000.0, \"scoreError\": 100.0, \"scoreUnit\": \"ops/s\"");
    assertThat(SummaryTable.time(row("INT8", Outcome.OK, "", rate))).isEqualTo("500 ± 25 µs");
    assertThat(SummaryTable.time(row("INT8", Outcome.OK, "", RESULT))).isEqualTo("612 ± 4 µs");
  }

  private static ResultRow row(String precision, Outcome outcome, String reason, String result)
      throws JsonProcessingException {
    return ResultRow.of(
            new JournalEntry(
                "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm",
                new java.util.TreeMap<>(Map.of("precision", precision, "shape", "square-1024")),
                outcome,
                reason,
                "2026-01-01T00:00:00Z",
                1,
                Map.of(),
                result.isEmpty() ? List.of() : List.of(new ObjectMapper().readTree(result))))
        .get(0);
  }

  private static final String RESULT =
      """
      {"benchmark": "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm", "mode": "avgt",
       "primaryMetric": {"score": 612.0, "scoreError": 4.0, "scoreUnit": "us/op"},
       "secondaryMetrics": {
         "flop.rate": {"score": 3.5089e12, "scoreError": "NaN", "scoreUnit": "FLOP/s"},
         "energy": {"score": 0.0043, "scoreError": "NaN", "scoreUnit": "J/op"},
         "energy.kind": {"score": 3.0, "scoreError": 0.0, "scoreUnit": "modelled"},
         "edp": {"score": "NaN", "scoreError": "+INF", "scoreUnit": "J·s"}}}
      """;
}
