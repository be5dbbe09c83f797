package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.Percentage;
import org.joulemark.benchmarks.work.GoldenFolders;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar carries out tasks of a small checkpoint on the CPU engine, item by item. */
class TaskJobIT {
  private static final String SHORT = "-f 1 -wi 1 -w 20ms -i 2 -r 50ms";

  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(
        folder.resolve("quiz.json"),
        """
        {"id": "quiz", "title": "Quiz", "items": 600, "requests": 1800, "metric": "acc",
         "promptTokens": {"any": {"mean": 20, "p95": 30}}, "longestPrompt": 60,
         "endings": {"tokensEach": 2, "provenance": "made up"}, "decodedTokens": 3,
         "source": "a test"}
        """);
    Files.writeString(
        folder.resolve("results_1.json"),
        """
        {"results": {"quiz": {"acc,none": 0.75, "acc_stderr,none": 0.01}},
         "config": {"model_args": "pretrained=x/tiny-mistral-swa,dtype=bfloat16"},
         "model_name": "x/tiny-mistral-swa", "date": 1740910272}
        """);
  }

  @Test
  void measuresItemsOfAWholeModelAndTakesTheScoreFromAnEvaluation()
      throws IOException, InterruptedException {
    SuiteProcess suite = run("--scores", "results_1.json");
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    assertThat(suite.out())
        .contains("Whole tasks:")
        .contains("[1] lm-evaluation-harness score of baseline: acc,none of bf16");
    SuiteProcess check = SuiteProcess.run(folder, "study", "--check", "results");
    assertThat(check.exitCode()).as(check.err()).isZero();
    assertThat(check.out()).contains("int8-saving").contains("not testable with this data");
    SuiteProcess table =
        SuiteProcess.run(folder, "tasks", "--results", "results/results.json", "--grid", "100");
    assertThat(table.out()).contains("g CO2e").contains("lm-evaluation-harness score of baseline");
    JournalEntry entry = only();
    assertThat(entry.params())
        .containsEntry("items", "5")
        .containsEntry("depth", "model")
        .containsEntry("scores", "results_1.json")
        .containsEntry("model", "tiny-mistral-swa");
    assertThat(entry.notes().get("score.source"))
        .isEqualTo(
            "lm-evaluation-harness score of baseline: acc,none of bf16, results_1.json, 2025-03-02");
    assertThat(entry.notes())
        .containsEntry("task.endings", "made up")
        .containsEntry("session", "opened for this configuration");
    JsonNode metrics = entry.results().get(0).path("secondaryMetrics");
    double joules = value(metrics, "energy");
    assertThat(value(metrics, "task.energy"))
        .isCloseTo(joules * 300 / 3600, Percentage.withPercentage(0.01));
    assertThat(value(metrics, "score")).isEqualTo(0.75);
    assertThat(value(metrics, "task.time")).isPositive();
    assertThat(value(metrics, "task.item.tokens")).isCloseTo(20 + 6 + 3, within(0.5));
    assertThat(value(metrics, "task.padding")).isBetween(0.0, 0.6);
    assertThat(metrics.path("score.kind").path("scoreUnit").asText())
        .isEqualTo("lm-evaluation-harness score of baseline");
    // EOR of the task is score / Wh in each iteration.
    List<Double> eor = raw(metrics, "task.eor");
    List<Double> wattHours = raw(metrics, "task.energy");
    for (int i = 0; i < eor.size(); i++) {
      assertThat(eor.get(i) * wattHours.get(i)).isCloseTo(0.75, within(1e-9));
    }
  }

  @Test
  void oneLayerStandsForAllOfThemAndSaysSo() throws IOException, InterruptedException {
    SuiteProcess suite = run("-p", "depth=layer");
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    JournalEntry entry = only();
    assertThat(entry.params()).containsEntry("depth", "layer");
    assertThat(entry.notes().get("task.depth")).startsWith("one layer, times 2");
    assertThat(entry.notes().get("score.source")).startsWith("none known for tiny-mistral-swa");
    JsonNode metrics = entry.results().get(0).path("secondaryMetrics");
    assertThat(value(metrics, "task.energy"))
        .isCloseTo(value(metrics, "energy") * 300 * 2 / 3600, Percentage.withPercentage(0.01));
    assertThat(metrics.path("score.kind").path("scoreUnit").asText()).isEqualTo("none");
  }

  @Test
  void aQuantizedTaskIsHeldAgainstThePeakOfWhatItMultipliesIn()
      throws IOException, InterruptedException {
    SuiteProcess suite = run("-p", "depth=layer", "-p", "strategy=int8-sym");
    assumeFalse(suite.out().contains("which this CPU lacks"), () -> "skipped: " + suite.out());
    assertThat(only().notes()).containsEntry("peak.of", "INT8");
  }

  @Test
  void withoutForksTasksShareAModelAndSayTheSameOfIt() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("three.jsonl"), "{\"prompt_tokens\": 9}\n".repeat(3));
    // The list has too few items for the second sample: trials fail between others that succeed.
    SuiteProcess suite =
        SuiteProcess.run(
            folder,
            ("--engine cpu --out results -f 0 -wi 1 -w 20ms -i 2 -r 50ms TaskBenchmark"
                    + " -p task=quiz.json,three.jsonl -p items=3,4 -p strategy=fp32,w8a16 -p checkpoint="
                    + GoldenFolders.path("tiny-mistral-swa"))
                .split(" "));
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isEqualTo(1);
    List<JournalEntry> journal =
        Journal.read(folder.resolve("results").resolve("journal.jsonl"), Assertions::fail);
    assertThat(journal).hasSize(8);
    List<String> sessions = new ArrayList<>();
    for (JournalEntry entry : journal) {
      boolean tooFew =
          entry
              .params()
              .entrySet()
              .containsAll(Map.of("task", "three.jsonl", "items", "4").entrySet());
      assertThat(entry.outcome()).isEqualTo(tooFew ? Outcome.FAILED : Outcome.OK);
      if (tooFew) {
        assertThat(entry.reason()).contains("items=4 is more than the 3 items");
        continue;
      }
      sessions.add(entry.params().get("strategy") + " " + entry.notes().get("session"));
      assertThat(entry.notes())
          .containsKeys("engine.device.name", "task.sample", "score.source", "energy.kind")
          .containsEntry("verified.layers", "2 of 2")
          .containsEntry("session.capacity", room(journal));
      assertThat(Double.parseDouble(entry.notes().getOrDefault("task.fidelity", "NaN")))
          .isBetween(0.9, 1.0);
    }
    // Parameters vary in the order of their names, so strategies take turns within items.
    assertThat(sessions)
        .containsExactly(
            "fp32 opened for this configuration",
            "fp32 kept from the configuration before",
            "w8a16 opened for this configuration",
            "w8a16 kept from the configuration before",
            "fp32 opened for this configuration",
            "w8a16 opened for this configuration");
  }

  private static String room(List<JournalEntry> journal) {
    return String.valueOf(journal.get(0).notes().get("session.capacity"));
  }

  private SuiteProcess run(String... more) throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                ("--engine cpu --out results "
                        + SHORT
                        + " TaskBenchmark -p task=quiz.json -p items=5 -p batch=2 -p checkpoint="
                        + GoldenFolders.path("tiny-mistral-swa"))
                    .split(" ")));
    arguments.addAll(List.of(more));
    return SuiteProcess.run(folder, arguments.toArray(String[]::new));
  }

  private JournalEntry only() throws IOException {
    List<JournalEntry> journal =
        Journal.read(folder.resolve("results").resolve("journal.jsonl"), Assertions::fail);
    assertThat(journal).hasSize(1);
    assertThat(journal.get(0).outcome()).as(journal.get(0).reason()).isEqualTo(Outcome.OK);
    // The same numbers in JMH's own file.
    assertThat(
            new ObjectMapper()
                .readTree(folder.resolve("results").resolve("results.json").toFile())
                .get(0)
                .path("secondaryMetrics"))
        .isEqualTo(journal.get(0).results().get(0).path("secondaryMetrics"));
    return journal.get(0);
  }

  private static double value(JsonNode metrics, String name) {
    return metrics.path(name).path("score").asDouble(Double.NaN);
  }

  private static List<Double> raw(JsonNode metrics, String name) {
    List<Double> values = new ArrayList<>();
    metrics.path(name).path("rawData").path(0).forEach(each -> values.add(each.asDouble()));
    return values;
  }
}
