package org.joulemark.benchmarks.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskProfileTest {
  @TempDir Path folder;

  @Test
  void theCatalogueHasTheStudysFiveTasks() {
    assertThat(TaskCatalogue.standard().tasks())
        .extracting(TaskProfile::id)
        .containsExactly("mmlu", "hellaswag", "gsm8k", "arc-challenge", "truthfulqa-mc2");
  }

  @ParameterizedTest
  @CsvSource({
    "mmlu, mistral, 787, 1907",
    "mmlu, qwen2, 697, 1709",
    "arc-challenge, mistral, 1128, 1305",
    "arc-challenge, qwen2, 973, 1129",
    "hellaswag, mistral, 964, 1133",
    "hellaswag, qwen2, 869, 1022",
    "truthfulqa-mc2, mistral, 212, 230",
    "truthfulqa-mc2, qwen2, 178, 195",
    "gsm8k, mistral, 1069, 1351",
    "gsm8k, qwen2, 998, 1268"
  })
  void aStoredDistributionHasTheCountedMeanAndPercentile(
      String task, String tokenizer, double mean, double p95) {
    TokenCounts counts =
        Objects.requireNonNull(TaskCatalogue.standard().get(task).promptTokens().get(tokenizer));
    // The cut at the longest prompt takes a little of MMLU's tail.
    assertThat(counts.mean()).isCloseTo(mean, Percentage.withPercentage(0.5));
    assertThat(counts.quantile(0.95)).isCloseTo(p95, Percentage.withPercentage(0.01));
  }

  @Test
  void aSampleOfAnySizeHasTheTasksMean() {
    for (TaskProfile task : TaskCatalogue.standard().tasks()) {
      double mean = task.mean("qwen2").sum();
      for (int n : new int[] {1, 2, 4, 7, 16, 50, 200}) {
        assertThat(task.strata("qwen2", n).stream().mapToDouble(ItemTokens::sum).average())
            .as(task.id() + " of " + n)
            .hasValueCloseTo(mean, within(0.01 * mean));
      }
    }
  }

  @Test
  void fiftyItemsAndTwoHundredHaveTheSameSpread() {
    TaskProfile mmlu = TaskCatalogue.standard().get("mmlu");
    double[] squares = new double[2];
    for (int i = 0; i < 2; i++) {
      squares[i] =
          mmlu.strata("qwen2", i == 0 ? 50 : 200).stream()
              .mapToDouble(item -> item.prompt() * item.prompt())
              .average()
              .orElseThrow();
    }
    // Attention grows with the square of the prompt, and is some percent of the whole.
    assertThat(squares[0]).isCloseTo(squares[1], Percentage.withPercentage(2));
  }

  @Test
  void anotherTokenizerStandsInForOneThatWasNotCounted() {
    TaskProfile mmlu = TaskCatalogue.standard().get("mmlu");
    assertThat(mmlu.tokenizer("qwen2")).isEqualTo("qwen2");
    assertThat(mmlu.tokenizer("bloom")).isEqualTo("mistral");
    assertThat(mmlu.mean("bloom")).isEqualTo(mmlu.mean("mistral"));
  }

  @Test
  void endingsAreThoseOfAnItemTogether() {
    assertThat(TaskCatalogue.standard().get("hellaswag").mean("qwen2").endings())
        .isCloseTo(4 * 25, within(0.1));
    assertThat(TaskCatalogue.standard().get("truthfulqa-mc2").mean("qwen2").endings())
        .isCloseTo(7.2 * 14, within(0.1));
    assertThat(TaskCatalogue.standard().get("mmlu").mean("qwen2").endings()).isZero();
  }

  @Test
  void theNumberOfDecodedTokensCanBeGiven() {
    TaskProfile task = TaskCatalogue.standard().get("gsm8k");
    assertThat(task.mean("qwen2").decoded()).isEqualTo(131);
    assertThat(task.withDecoded(700).mean("qwen2").decoded()).isEqualTo(700);
    assertThat(task.withDecoded(700).items()).isEqualTo(task.items());
  }

  @Test
  void readsAUsersProfile() throws IOException {
    TaskProfile task =
        TaskCatalogue.standard()
            .get(
                file(
                    "mine.json",
                    """
                    {"id": "mine", "items": 12, "metric": "acc", "source": "me", "longestPrompt": 100,
                     "promptTokens": {"any": {"quantiles": [[0, 10], [0.5, 20], [1, 400]]}},
                     "decodedTokens": {"mean": 50, "p95": 80}}
                    """));
    assertThat(task.requests()).isEqualTo(12);
    List<ItemTokens> strata = task.strata("llama", 2);
    assertThat(strata.get(0).prompt()).isCloseTo(15, within(1e-9));
    // Straight from 20 to the cut at 100.
    assertThat(strata.get(1).prompt()).isCloseTo(60, within(1e-9));
    assertThat(task.mean("llama").decoded()).isCloseTo(50, within(0.5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|items must be a whole number from 1 on; it is missing",
        "{\"items\": -1}|items must be a whole number from 1 on, not -1",
        "{\"items\": 1, \"longestPrompt\": \"x\"}|longestPrompt must be a whole number",
        "{\"items\": 1, \"itens\": 1}|the field itens is not known",
        "{\"items\": 1, \"id\": \"a\", \"metric\": \"m\", \"source\": \"s\", \"promptTokens\": {\"q\": {\"mean\": 5}}}|promptTokens.q.p95 must be a number above 0; it is missing",
        "{\"items\": 1, \"id\": \"a\", \"metric\": \"m\", \"source\": \"s\", \"promptTokens\": {\"q\": {\"mean\": 5, \"p95\": 50}}}|promptTokens.q is wrong: no log-normal distribution has mean 5.0 and 95th percentile 50.0",
        "{\"items\": 1, \"id\": \"a\", \"metric\": \"m\", \"source\": \"s\", \"promptTokens\": {\"q\": {\"mean\": 5, \"p95\": 9, \"lognormal\": {\"mu\": 9, \"sigma\": 1}}}}|promptTokens.q.lognormal.mu must be that of a distribution",
        "{\"items\": 1, \"id\": \"a\", \"metric\": \"m\", \"source\": \"s\", \"promptTokens\": {\"q\": {\"quantiles\": [[0, 5], [0.5, 4], [1, 9]]}}}|promptTokens.q is wrong: quantiles ascend",
        "{\"items\": 1, \"id\": \"a\", \"metric\": \"m\", \"source\": \"s\", \"promptTokens\": {\"q\": 7}, \"decodedTokens\": -3}|decodedTokens must be a whole number from 0 on",
        "{\"items\": 1, \"id\": \"a\", \"metric\": \"m\", \"source\": \"s\", \"promptTokens\": {\"q\": 7}, \"endings\": {\"tokensEach\": 0}}|endings.tokensEach must be a number above 0",
        "[1]|does not hold a JSON object",
        "{|is not valid JSON"
      })
  void aWrongFieldIsNamed(String json, String complaint) throws IOException {
    String file = file("broken.json", json);
    assertThatThrownBy(() -> TaskCatalogue.standard().get(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broken.json")
        .hasMessageContaining(complaint)
        .hasMessageEndingWith(".");
  }

  @Test
  void readsAListOfItems() throws IOException {
    TaskProfile task =
        TaskCatalogue.standard()
            .get(
                file(
                    "prompts.jsonl",
                    """
                    {"prompt": "long", "prompt_tokens": 30, "decoded_tokens": 7}
                    {"prompt_tokens": 10}

                    {"prompt_tokens": 20, "ending_tokens": 4, "decoded_tokens": 2}
                    """));
    assertThat(task.id()).isEqualTo("prompts");
    assertThat(task.items()).isEqualTo(3);
    assertThat(task.strata("qwen2", 3))
        .containsExactly(
            new ItemTokens(10, 0, 0), new ItemTokens(20, 4, 2), new ItemTokens(30, 0, 7));
    List<ItemTokens> two = task.strata("qwen2", 2);
    assertThat(two.get(0).prompt()).isCloseTo((10 + 0.5 * 20) / 1.5, within(1e-9));
    assertThat(two.get(1).decoded()).isCloseTo((0.5 * 2 + 7) / 1.5, within(1e-9));
    assertThatThrownBy(() -> task.strata("qwen2", 4)).hasMessageContaining("items=4");
  }

  @Test
  void aWrongLineIsNamed() throws IOException {
    String file = file("p.jsonl", "{\"prompt_tokens\": 3}\n{\"prompt_tokens\": 0}\n");
    assertThatThrownBy(() -> TaskCatalogue.standard().get(file))
        .hasMessageContaining("p.jsonl, line 2")
        .hasMessageContaining("prompt_tokens must be a whole number from 1 on, not 0");
    assertThatThrownBy(() -> TaskCatalogue.standard().get(file("e.jsonl", "\n")))
        .hasMessageContaining("lists no items");
    Path binary = folder.resolve("b.jsonl");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> TaskCatalogue.standard().get(binary.toString()))
        .hasMessageContaining("UTF-8");
  }

  @Test
  void everyRunOfTheOrderIsSpreadEvenly() {
    for (int n : new int[] {2, 4, 16, 50, 200}) {
      int[] order = TaskProfile.ranks(n, (Math.sqrt(5) - 1) / 2);
      assertThat(Arrays.stream(order).sorted().toArray())
          .isEqualTo(java.util.stream.IntStream.range(0, n).toArray());
      for (int from = 0; from < n; from++) {
        double sum = 0;
        for (int length = 1; length <= n - from; length++) {
          sum += (order[from + length - 1] + 0.5) / n;
          // A random order strays by 0.29 / √length.
          assertThat(Math.abs(sum / length - 0.5))
              .as(n + " from " + from + ", " + length)
              .isLessThan(1.25 / length);
        }
      }
    }
  }

  private String file(String name, String text) throws IOException {
    return Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
