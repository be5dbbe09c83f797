package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.joulemark.benchmarks.work.GoldenFolders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code verify} of the finished jar, on the CPU engine. */
class VerifyIT {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "tiny-qwen2,fp32",
    "tiny-llama,fp32",
    "tiny-mistral,fp32",
    "tiny-mistral-swa,fp32",
    "tiny-bloom,fp32",
    "tiny-llama,bf16"
  })
  void agreesWithTransformers(String name, String precision)
      throws IOException, InterruptedException {
    SuiteProcess suite =
        verify("--model", GoldenFolders.path(name).toString(), "--precision", precision);
    assumeSupported(suite);
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    assertThat(suite.out())
        .contains("expected.safetensors")
        .contains("hidden_states.0")
        .contains("hidden_states.2")
        .containsPattern("decode_logits +ok")
        .containsPattern("greedy +ok")
        .doesNotContain("WRONG")
        .contains("All 7 tensors are within their bounds.");
  }

  @Test
  void takesTheReferenceWhereThereIsNoFile() throws IOException, InterruptedException {
    copy("tiny-mistral-swa");
    SuiteProcess suite = verify("--model", ".", "--batch", "3", "--sequence", "13");
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    assertThat(suite.out()).contains("against the FP64 reference").contains("All 7 tensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8-sym/per-tensor/entropy", "smoothquant", "w8a16", "kv-int8"})
  void holdsAStrategyAgainstItsDefinition(String strategy)
      throws IOException, InterruptedException {
    SuiteProcess suite =
        verify(
            "--model",
            GoldenFolders.path("tiny-qwen2").toString(),
            "--strategy",
            strategy,
            "--sequence",
            "9");
    assumeSupported(suite);
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    assertThat(suite.out())
        .contains("against its own definition in FP64")
        .containsPattern("hidden_states.2 +ok")
        .containsPattern("\nlogits/displacement +ok")
        .containsPattern("decode_logits/displacement +ok")
        .contains("All 9 tensors are within their bounds.");
  }

  private static void assumeSupported(SuiteProcess suite) {
    assumeFalse(suite.err().contains("which this CPU lacks"), () -> "skipped: " + suite.err());
  }

  @Test
  void saysWhichTensorsAreWrong() throws IOException, InterruptedException {
    SuiteProcess suite =
        verify(
            "--model",
            GoldenFolders.path("tiny-mistral").toString(),
            "--expected",
            GoldenFolders.path("tiny-mistral-swa").resolve("expected.safetensors").toString());
    assertThat(suite.exitCode()).isEqualTo(1);
    assertThat(suite.out())
        .containsPattern("logits +WRONG")
        .contains("tensors are outside their bounds");
  }

  @Test
  void verifiesALayerAtItsRealSize() throws IOException, InterruptedException {
    SuiteProcess suite = verify("--hash-weights", "yi-6b", "--batch", "1", "--sequence", "2");
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    assertThat(suite.out())
        .containsPattern("prefill +ok +8,192")
        .containsPattern("decode +ok +4,096")
        .contains("All 2 tensors");
  }

  @Test
  void aTruncatedCheckpointIsOneSentence() throws IOException, InterruptedException {
    copy("tiny-qwen2");
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    assertOneSentence(verify("--model", "."), "model.safetensors");
  }

  @Test
  void anUnknownFamilyIsOneSentence() throws IOException, InterruptedException {
    copy("tiny-qwen2");
    Path config = folder.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"qwen2\"", "\"gpt_neox\""));
    assertOneSentence(verify("--model", "."), "gpt_neox", "qwen2, llama, mistral and bloom");
  }

  @Test
  void badInputIsOneSentence() throws IOException, InterruptedException {
    String golden = GoldenFolders.path("tiny-qwen2").toString();
    assertOneSentence(verify("--model", "nowhere"), "nowhere");
    assertOneSentence(verify(), "--model", "--hash-weights");
    assertOneSentence(verify("--model", golden, "--hash-weights", "yi-6b"), "--model");
    assertOneSentence(verify("--hash-weights", "gpt-9"), "gpt-9", "yi-6b");
    assertOneSentence(verify("--model", golden, "--strategy", "int8"), "int8", "bf16", "fp8");
    assertOneSentence(verify("--model", golden, "--strategy", "int8-sym/per-row"), "per-row");
    assertOneSentence(
        verify(
            "--model",
            golden,
            "--strategy",
            "w8a16",
            "--expected",
            golden + "/expected.safetensors"),
        "--expected",
        "w8a16",
        "its own definition");
    assertOneSentence(verify("--model", golden, "--expected", "nowhere"), "--expected nowhere");
    assertOneSentence(verify("--model", golden, "--sequence", "1"), "--sequence 1");
    assertOneSentence(
        verify("--model", golden, "--expected", golden + "/model.safetensors"), "input_ids");
  }

  @Test
  void teaches() throws IOException, InterruptedException {
    SuiteProcess suite = SuiteProcess.run(folder, "verify", "--help");
    assertThat(suite.exitCode()).isZero();
    assertThat(suite.out()).contains("Examples:").contains("--hash-weights");
  }

  private SuiteProcess verify(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("verify", "--engine", "cpu"));
    all.addAll(List.of(arguments));
    return SuiteProcess.run(folder, all.toArray(String[]::new));
  }

  private void copy(String name) throws IOException {
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(GoldenFolders.path(name).resolve(file), folder.resolve(file));
    }
  }

  private static void assertOneSentence(SuiteProcess suite, String... named) {
    assertThat(suite.exitCode()).as(suite.out()).isEqualTo(2);
    assertThat(suite.err().lines().toList()).as(suite.err()).hasSize(1);
    assertThat(suite.err()).contains(named).doesNotContain("\tat ");
  }
}
