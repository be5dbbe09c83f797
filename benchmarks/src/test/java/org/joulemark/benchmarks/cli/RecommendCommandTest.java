package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command {@code recommend} on the results in docs: answers, and one sentence for bad input.
 */
class RecommendCommandTest {
  private static final String GEMM =
      Path.of("..", "docs", "results", "h200", "gemm-8192.jsonl").toString();

  @TempDir Path folder;

  @Test
  void ranksWhatWasMeasured() {
    Execution enterprise = execute("recommend", GEMM, "--use-case", "enterprise");
    assertThat(enterprise.code).isZero();
    assertThat(enterprise.err).isEmpty();
    assertThat(enterprise.out)
        .contains("1  NVIDIA H200  BF16")
        .contains("highest EOR of the 3 that keep every limit")
        .contains("What would change it: NVIDIA H200 with INT8");
    assertThat(enterprise.out).doesNotContain("Edge");
  }

  @Test
  void aPriceIsJudgedOnlyIfTheUserGivesOne() throws IOException {
    assertThat(execute("recommend", GEMM, "--use-case", "budget").out)
        .contains("price not judged: no price for NVIDIA H200");
    Path prices =
        Files.writeString(
            folder.resolve("prices.json"),
            "{\"currency\": \"EUR\", \"prices\": [{\"match\": \"H200\", \"price\": 31000}]}");
    assertThat(
            execute("recommend", GEMM, "--use-case", "budget", "--prices", prices.toString()).out)
        .contains("price 31,000, needs at most 1,000");
  }

  @Test
  void theStudysTreeIsARuleSet() {
    assertThat(execute("recommend", GEMM, "--rules", "study", "--use-case", "data-centre").out)
        .contains("A result of A100 with INT8 for this work: there is none here.");
  }

  @Test
  void theStudysTableIsASourceOfItsOwn() {
    Execution both = execute("recommend", GEMM, "--study", "--use-case", "data-centre");
    assertThat(both.out)
        .contains("MMLU, the whole task model=qwen2.5-7b, study")
        .contains("tokens=auto, energy measured");
    assertThat(execute("recommend", "--study", "--use-case", "data-centre").out)
        .contains("A100 PCIe 40GB  int8")
        .doesNotContain("measured");
  }

  @Test
  void badInputGetsOneSentence() {
    for (List<String> arguments :
        List.of(
            List.of("recommend"),
            List.of("recommend", "nowhere"),
            List.of("recommend", GEMM, "--use-case", "moon"),
            List.of("recommend", GEMM, "--rules", "dice"),
            List.of("recommend", GEMM, "--work", "nothing-like-it"),
            List.of("recommend", GEMM, "--format", "pdf"),
            List.of("recommend", GEMM, "--prices", "nowhere.json"),
            List.of("recommend", GEMM, "--use-cases", "nowhere.json"))) {
      Execution execution = execute(arguments.toArray(String[]::new));
      assertThat(execution.code).as(arguments.toString()).isEqualTo(2);
      assertThat(execution.err.lines().toList()).as(execution.err).hasSize(1);
      assertThat(execution.out).isEmpty();
    }
  }

  private static Execution execute(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        JoulemarkCommand.execute(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Execution(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private record Execution(int code, String out, String err) {}
}
