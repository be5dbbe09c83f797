package org.joulemark.reports.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultLoaderTest {
  private static final String METRIC =
      """
      {"score": 2.0, "scoreError": "NaN", "scoreUnit": "us/op",
       "scoreConfidence": ["NaN", "NaN"], "scorePercentiles": {"0.0": 1.0, "99.0": "+INF"},
       "rawData": [[1.0, "NaN"], ["+INF"], [4]]}""";

  private static final String RESULT =
      """
      {"jmhVersion": "1.37", "benchmark": "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm",
       "mode": "avgt", "params": {"precision": "INT8"}, "primaryMetric": %s,
       "secondaryMetrics": {"eor": %s}}"""
          .formatted(METRIC, METRIC)
          .replace("\n", " ");

  private static final String OK =
      """
      {"benchmark": "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm", "params":
       {"precision": "INT8"}, "outcome": "ok", "reason": "", "startedAt": "2026-01-01T00:00:00Z",
       "wallSeconds": 1.5, "notes": {"energy.kind": "measured"}, "results": [%s]}"""
          .formatted(RESULT)
          .replace("\n", " ");

  private static final String FAILED =
      """
      {"benchmark": "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm", "params":
       {"precision": "FP32"}, "outcome": "failed", "reason": "worst element (3, 4) – wrong",
       "startedAt": "2026-01-01T00:00:01Z", "wallSeconds": 1.5, "notes": {}, "results": []}"""
          .replace("\n", " ");

  @TempDir Path folder;

  @Test
  void readsAJournalWithItsEnvironment() throws IOException {
    Files.writeString(folder.resolve("journal.jsonl"), OK + "\n\n" + FAILED + "\n");
    Files.writeString(folder.resolve("results.json"), "[" + RESULT + "]");
    Environment environment =
        Environment.capture(Map.of(), List.of(), "quick", Map.of("device.name", "X"), Map.of());
    environment.write(folder);
    ResultSet results = ResultLoader.load(List.of(folder));
    assertThat(results.refusals()).isEmpty();
    assertThat(results.files()).as("the journal holds what results.json holds").hasSize(1);
    ResultFile file = results.files().get(0);
    assertThat(file.file()).hasFileName("journal.jsonl");
    assertThat(file.environment()).contains(environment);
    assertThat(file.cutOff()).isFalse();
    assertThat(file.rows()).extracting(LocatedRow::place).containsExactly(1, 3);
    ResultRow ok = file.rows().get(0).row();
    assertThat(ok.mode()).isEqualTo("avgt");
    assertThat(ok.startedAt()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(ok.energyKind()).isEqualTo("measured");
    assertThat(ok.primary())
        .isEqualTo(
            new MetricValue(
                2,
                Double.NaN,
                "us/op",
                Samples.of(
                    new double[] {1, Double.NaN},
                    new double[] {Double.POSITIVE_INFINITY},
                    new double[] {4})));
    assertThat(ok.metric("eor")).isEqualTo(ok.primary());
    ResultRow failed = file.rows().get(1).row();
    assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(failed.reason()).isEqualTo("worst element (3, 4) – wrong");
    assertThat(failed.primary()).isEqualTo(MetricValue.NONE);
  }

  @Test
  void readsJmhsFileWhereThereIsNoJournal() throws IOException {
    Path file = Files.writeString(folder.resolve("results.json"), " [" + RESULT + "]\n");
    ResultSet results = ResultLoader.load(List.of(folder, file));
    assertThat(results.refusals()).isEmpty();
    assertThat(results.files()).as("named twice, read once").hasSize(1);
    assertThat(results.files().get(0).environment()).isEmpty();
    ResultRow row = results.files().get(0).rows().get(0).row();
    assertThat(row.outcome()).isEqualTo(Outcome.OK);
    assertThat(row.params()).containsExactly(Map.entry("precision", "INT8"));
    assertThat(row.metric("eor").samples().forks()).isEqualTo(3);
    assertThat(row.metric("eor").samples().fork(0)).containsExactly(1, Double.NaN);
  }

  @Test
  void computesAnErrorThatTheFileLeavesOutAsJmhDoes() throws IOException {
    // The real time of a GEMM, for which JMH itself gave this error.
    String metric =
        """
        {"score": 1648.4429000404637, "scoreUnit": "us/op",
         "rawData": [[1650.0636738056014, 1647.6440246710526, 1647.621001644737]]}""";
    Files.writeString(
        folder.resolve("results.json"),
        "[{\"benchmark\": \"org.joulemark.X.y\", \"primaryMetric\": " + metric + "}]");
    ResultRow row = ResultLoader.load(List.of(folder)).files().get(0).rows().get(0).row();
    assertThat(row.primary().error()).isCloseTo(25.60832049848408, within(1e-6));
  }

  @Test
  void aJournalCutAnywhereGivesItsWholeLines() throws IOException {
    byte[] whole = (OK + "\n" + FAILED + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int firstLine = OK.length() + 1;
    for (int length = 1; length < whole.length; length += 7) {
      Path file = folder.resolve("cut-" + length + ".jsonl");
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      ResultSet results = ResultLoader.load(List.of(file));
      int expected = length < OK.length() ? 0 : 1;
      assertThat(results.rowCount()).as("cut at " + length).isEqualTo(expected);
      if (expected == 0) {
        assertThat(sentences(results)).contains(file.toString()).contains("no whole line");
      } else {
        assertThat(results.refusals()).isEmpty();
        assertThat(results.files().get(0).cutOff()).isEqualTo(length > firstLine);
      }
    }
  }

  @Test
  void aBrokenLineLeavesTheOthers() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("journal.jsonl"),
            OK + "\n" + OK.substring(0, 50) + OK + "\n" + FAILED + "\n");
    ResultSet results = ResultLoader.load(List.of(file));
    assertThat(results.rowCount()).isEqualTo(2);
    assertThat(sentences(results)).contains(file + ", line 2").contains("whole lines are kept");
  }

  @Test
  void halfOfJmhsFileGivesItsWholeResults() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("results.json"), "[" + RESULT + ",\n" + RESULT.substring(0, 200));
    ResultSet results = ResultLoader.load(List.of(file));
    assertThat(results.rowCount()).isEqualTo(1);
    assertThat(sentences(results))
        .contains(file + ", result 2")
        .contains("line 2")
        .contains("the one before it is kept")
        .doesNotContain("REDACTED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~ | is empty",
        "~  ~ | is empty",
        "hello | line 1",
        "[] | no result",
        "[1, 2] | result 1",
        "[{\"name\": \"x\"}] | result 1",
        "[{\"benchmark\": null, \"primaryMetric\": {\"score\": 1}}] | benchmark is null",
        "[{\"benchmark\": \"org.joulemark.X\", \"primaryMetric\": {\"score\": \"fast\"}}] | +INF",
        "[{\"benchmark\": \"com.acme.Foo.bar\", \"primaryMetric\": {\"score\": 1}}] | com.acme.Foo",
        "{\"a\": 1}⏎ | line 1",
        "{ | no whole line",
        "{\"a\": 1} | line 1, is no journal entry of this suite: benchmark is missing",
      })
  void refusesWhatIsNoResultInOneSentence(String content, String named) throws IOException {
    Path file = Files.writeString(folder.resolve("strange.json"), content.replace("⏎", "\n"));
    ResultSet results = ResultLoader.load(List.of(file));
    assertThat(results.files()).isEmpty();
    assertThat(results.refusals()).hasSize(1);
    assertThat(sentences(results))
        .contains(file.toString())
        .contains(named)
        .endsWith(".")
        .hasLineCount(1)
        .hasSizeLessThan(600);
  }

  @Test
  void refusesAFolderWithoutResultsAndAFileThatIsNotThere() {
    ResultSet results = ResultLoader.load(List.of(folder, folder.resolve("nowhere")));
    assertThat(results.files()).isEmpty();
    assertThat(sentences(results))
        .contains(folder + " holds no results")
        .contains("nowhere cannot be read: there is no such file");
  }

  @Test
  void aBrokenEnvironmentIsNamedAndTheRowsStay() throws IOException {
    Files.writeString(folder.resolve("journal.jsonl"), OK + "\n");
    Files.writeString(folder.resolve("environment.json"), "{\"cpu\": 3}");
    ResultSet results = ResultLoader.load(List.of(folder));
    assertThat(results.rowCount()).isEqualTo(1);
    assertThat(results.files().get(0).environment()).isEmpty();
    assertThat(sentences(results)).contains("environment.json is no environment");
  }

  @Test
  void tellsTracesFromOtherCsvFiles() throws IOException {
    Files.writeString(folder.resolve("journal.jsonl"), OK + "\n");
    Path trace =
        Files.writeString(
            folder.resolve("trace.csv"), "process,window,device,in_window,seconds,power_w\n");
    Files.writeString(folder.resolve("other.csv"), "a,b\n");
    assertThat(ResultLoader.load(List.of(folder)).traces()).containsExactly(trace);
  }

  private static String sentences(ResultSet results) {
    return results.refusals().stream().map(Refusal::sentence).collect(Collectors.joining("\n"));
  }
}
