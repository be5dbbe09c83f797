package org.joulemark.reports.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreBookTest {
  private static final List<String> QWEN = List.of("qwen2.5-7b", "Qwen2.5-7B-Instruct");
  private static final String HARNESS = "results_2025-03-02T10-11-12.131415.json";

  @TempDir Path folder;

  @Test
  void publishedScoresAreOfTheBaselineAndSaySo() {
    FoundScore fp32 = published(QWEN, "mmlu", "fp32");
    assertThat(fp32.value()).isEqualTo(0.7424);
    assertThat(fp32.ofBaseline()).isFalse();
    assertThat(fp32.provenance()).startsWith("published: acc, model card");
    FoundScore int8 = published(QWEN, "mmlu", "int8-sym");
    assertThat(int8.value()).isEqualTo(0.7424);
    assertThat(int8.ofBaseline()).isTrue();
    assertThat(int8.provenance()).startsWith("published score of baseline: acc of baseline");
    assertThat(published(QWEN, "mmlu", "w8a8-smoothquant-gptq").value()).isEqualTo(0.7387);
  }

  @Test
  void everyModelButOneOfTheStudyHasAllFivePublished() {
    for (String model :
        List.of(
            "Qwen2.5-7B-Instruct",
            "Mistral-7B-Instruct-v0.2",
            "neural-chat-7b-v3-3",
            "bloomz-7b1",
            "Yi-6B")) {
      for (String task : List.of("mmlu", "arc-challenge", "hellaswag", "truthfulqa-mc2", "gsm8k")) {
        assertThat(published(List.of(model), task, "fp32").value())
            .as(model + " " + task)
            .isBetween(0.0, 1.0);
      }
    }
    assertThat(
            ScoreBook.published()
                .find(query(List.of("DeepSeek-R1-Distill-Qwen-7B"), "mmlu", "acc", "fp32")))
        .isEmpty();
  }

  @Test
  void readsAResultsFileOfTheHarness() throws URISyntaxException {
    ScoreBook book = ScoreBook.read(harnessFile());
    FoundScore own = book.find(query(QWEN, "arc_challenge", "acc_norm", "fp16")).orElseThrow();
    assertThat(own.value()).isEqualTo(0.5512);
    assertThat(own.ofBaseline()).isFalse();
    assertThat(own.provenance())
        .isEqualTo("lm-evaluation-harness: acc_norm,none of fp16, " + HARNESS + ", 2025-03-02");
    FoundScore other = book.find(query(QWEN, "gsm8k", "exact_match", "int8-sym")).orElseThrow();
    assertThat(other.value()).isEqualTo(0.7012);
    assertThat(other.provenance())
        .startsWith("lm-evaluation-harness score of baseline: exact_match,strict-match of fp16");
    assertThat(book.find(query(List.of("Yi-6B"), "mmlu", "acc", "fp16"))).isEmpty();
    assertThatThrownBy(() -> book.find(query(QWEN, "mmlu", "acc_norm", "fp16")))
        .hasMessageContaining("none of the metrics acc_norm,none")
        .hasMessageContaining("acc,none");
  }

  @Test
  void aQuantizedEvaluationIsNoBaseline() throws IOException {
    Path file = folder.resolve("results_1.json");
    Files.writeString(
        file,
        """
        {"results": {"mmlu": {"acc,none": 0.5, "acc_stderr,none": 0.01}},
         "config": {"model_args": {"pretrained": "/models/Qwen2.5-7B-Instruct/", "load_in_8bit": "True"}, "limit": 100},
         "date": 1740910272}
        """);
    ScoreBook book = ScoreBook.read(file);
    assertThat(book.scores())
        .singleElement()
        .satisfies(
            score -> {
              assertThat(score.model()).isEqualTo("Qwen2.5-7B-Instruct");
              assertThat(score.strategy()).isEqualTo("load_in_8bit=True");
              assertThat(score.source()).contains("only 100 items");
              assertThat(score.values()).containsOnlyKeys("acc,none");
            });
    assertThat(book.find(query(QWEN, "mmlu", "acc", "fp32"))).isEmpty();
  }

  @Test
  void readsOurFormatAndAFolderOfBoth() throws IOException, URISyntaxException {
    Files.copy(harnessFile(), Files.createDirectories(folder.resolve("Qwen")).resolve(HARNESS));
    Files.writeString(
        folder.resolve("scores.json"),
        """
        {"scores": [{"model": "qwen2.5-7b", "task": "mmlu", "strategy": "int8-sym", "score": 0.7,
                     "metric": "acc", "source": "our own run", "date": "2025-05-06"}]}
        """);
    Files.writeString(folder.resolve("notes.json"), "not read");
    ScoreBook book = ScoreBook.read(folder);
    FoundScore own = book.find(query(QWEN, "mmlu", "acc", "int8-sym")).orElseThrow();
    assertThat(own.provenance()).isEqualTo("scores file: acc of int8-sym, our own run, 2025-05-06");
    assertThat(book.find(query(QWEN, "mmlu", "acc", "fp16")).orElseThrow().value())
        .isEqualTo(0.7111);
  }

  @Test
  void theNewestOfTwoCounts() throws IOException {
    ScoreBook book =
        ours(
            """
            {"model": "m", "task": "t", "score": 0.1, "metric": "acc", "source": "a", "date": "2024-01-01"},
            {"model": "m", "task": "t", "score": 0.2, "metric": "acc", "source": "a", "date": "2025-01-01"}""");
    assertThat(book.find(query(List.of("M"), "T", "acc", "fp32")).orElseThrow().value())
        .isEqualTo(0.2);
  }

  @Test
  void theEntryOfTheTasksMetricWins() throws IOException {
    ScoreBook book =
        ours(
            """
            {"model": "m", "task": "t", "score": 0.1, "metric": "acc", "source": "a", "date": "2025-01-01"},
            {"model": "m", "task": "t", "score": 0.2, "source": "a", "date": "2024-06-01"},
            {"model": "m", "task": "t", "score": 0.3, "metric": "acc_norm", "source": "a", "date": "2024-01-01"},
            {"model": "m", "task": "harness", "score": 0.4, "metric": "ACC-norm,none", "source": "a"}""");
    assertThat(book.find(query("acc_norm", "fp32")).orElseThrow().value()).isEqualTo(0.3);
    assertThat(book.find(query("acc", "fp32")).orElseThrow().value()).isEqualTo(0.1);
    assertThat(book.find(query(List.of("m"), "harness", "acc_norm", "fp32")).orElseThrow().value())
        .isEqualTo(0.4);
  }

  @Test
  void anEntryOfAnotherMetricIsNeverTaken() throws IOException {
    ScoreBook book =
        ours(
            """
            {"model": "m", "task": "t", "strategy": "int8-sym", "score": 0.1, "metric": "acc", "source": "our own run"},
            {"model": "m", "task": "t", "score": 0.3, "metric": "acc_norm", "source": "a"}""");
    assertThatThrownBy(() -> book.find(query("acc_norm", "int8-sym")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The scores file (our own run) has t of m in int8-sym, but none of the metrics acc_norm"
                + " acc_norm,none that the task is scored by; it has acc.");
    assertThat(book.find(query("acc_norm", "fp32")).orElseThrow().value()).isEqualTo(0.3);
    // A table that the user did not name need not fit a task of the user's own.
    assertThat(ScoreBook.published().find(query(QWEN, "mmlu", "f1", "fp32"))).isEmpty();
  }

  @Test
  void aBaselineOfAnotherMetricDoesNotHideOneOfTheTasks() throws IOException {
    ScoreBook book =
        ours(
            """
            {"model": "m", "task": "t", "strategy": "bf16", "score": 0.1, "metric": "acc", "source": "a"},
            {"model": "m", "task": "t", "strategy": "fp16", "score": 0.3, "metric": "acc_norm", "source": "b"}""");
    FoundScore found = book.find(query("acc_norm", "int8-sym")).orElseThrow();
    assertThat(found.value()).isEqualTo(0.3);
    assertThat(found.ofBaseline()).isTrue();
    assertThatThrownBy(() -> book.find(query("f1", "int8-sym")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none of the metrics f1");
  }

  @Test
  void anEntryWithoutMetricIsTakenAndSaysSo() throws IOException {
    ScoreBook book =
        ours(
            """
            {"model": "m", "task": "t", "score": 0.1, "metric": "acc", "source": "a", "date": "2025-01-01"},
            {"model": "m", "task": "t", "score": 0.2, "source": "our own run"}""");
    FoundScore found = book.find(query("acc_norm", "fp32")).orElseThrow();
    assertThat(found.value()).isEqualTo(0.2);
    assertThat(found.provenance()).isEqualTo("scores file: metric not stated, our own run");
  }

  @Test
  void whatIsNoScoresFileIsOneSentence() throws IOException {
    assertThatThrownBy(() -> ScoreBook.read(folder.resolve("nowhere")))
        .hasMessageContaining("no file and no folder");
    assertThatThrownBy(() -> ScoreBook.read(folder)).hasMessageContaining("holds no results*.json");
    Path file = folder.resolve("results.json");
    Files.writeString(file, "[]");
    assertThatThrownBy(() -> ScoreBook.read(file)).hasMessageContaining("neither");
    Files.writeString(file, "{");
    assertThatThrownBy(() -> ScoreBook.read(file)).hasMessageContaining("not valid JSON");
    Files.writeString(file, "{\"scores\": [{\"model\": \"m\", \"task\": \"t\", \"score\": 71.8}]}");
    assertThatThrownBy(() -> ScoreBook.read(file))
        .hasMessageContaining("scores[0]")
        .hasMessageContaining("fraction from 0 to 1, not 71.8");
    Files.writeString(file, "{\"scores\": [{\"model\": \"m\", \"score\": 0.5}]}");
    assertThatThrownBy(() -> ScoreBook.read(file)).hasMessageContaining("task is missing");
    Files.writeString(file, "{\"results\": {\"mmlu\": {\"acc,none\": 0.5}}}");
    assertThatThrownBy(() -> ScoreBook.read(file)).hasMessageContaining("no model_name");
  }

  private static FoundScore published(List<String> models, String task, String strategy) {
    String metric =
        Map.of("mmlu", "acc", "truthfulqa-mc2", "mc2", "gsm8k", "exact_match")
            .getOrDefault(task, "acc_norm");
    return ScoreBook.published().find(query(models, task, metric, strategy)).orElseThrow();
  }

  private ScoreBook ours(String entries) throws IOException {
    Path file = folder.resolve("scores.json");
    return ScoreBook.read(Files.writeString(file, "{\"scores\": [" + entries + "]}"));
  }

  private static ScoreQuery query(String metric, String strategy) {
    return query(List.of("m"), "t", metric, strategy);
  }

  private static ScoreQuery query(
      List<String> models, String task, String metric, String strategy) {
    String filter = task.equals("gsm8k") ? ",strict-match" : ",none";
    return new ScoreQuery(models, List.of(task), metric, List.of(metric + filter), strategy);
  }

  private static Path harnessFile() throws URISyntaxException {
    return Path.of(Objects.requireNonNull(ScoreBookTest.class.getResource(HARNESS)).toURI());
  }
}
