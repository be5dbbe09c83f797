package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.joulemark.benchmarks.work.GoldenFolders;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.kernels.quant.calibration.CalibrationFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar measures layers and models of a small checkpoint on the CPU engine. */
class PassJobIT {
  private static final String SHORT = "-f 1 -wi 1 -w 20ms -i 2 -r 50ms";

  @TempDir Path folder;

  @Test
  void measuresLayersAndModels() throws IOException, InterruptedException {
    SuiteProcess suite =
        run(
            "LayerPrefill LayerDecode ModelPrefill ModelDecode -p strategy=fp32 -p sequence=7"
                + " -p context=9 -p batch=3 -p checkpoint="
                + GoldenFolders.path("tiny-mistral-swa"));
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    List<JournalEntry> journal = journal();
    assertThat(journal)
        .hasSize(4)
        .allSatisfy(
            entry -> {
              assertThat(entry.outcome()).as(entry.reason()).isEqualTo(Outcome.OK);
              // The row names the model that was measured, not the parameter's default.
              assertThat(entry.params())
                  .containsEntry("model", "tiny-mistral-swa")
                  .containsEntry("library", "onednn")
                  .containsEntry("attention", "own")
                  .containsEntry("launch", "direct");
            });
    JsonNode results =
        new ObjectMapper().readTree(folder.resolve("results").resolve("results.json").toFile());
    assertThat(results).hasSize(4);
    for (JsonNode result : results) {
      JsonNode metrics = result.path("secondaryMetrics");
      double tokens = result.path("benchmark").asText().contains("Prefill") ? 21 : 3;
      assertThat(metrics.path("score").path("score").asDouble()).isBetween(1 - 2e-5, 1.0);
      assertThat(metrics.path("energy").path("score").asDouble()).isPositive();
      // Iteration by iteration, because an average of rates is not the rate of an average time.
      JsonNode rates = metrics.path("token.rate").path("rawData").path(0);
      JsonNode times = result.path("primaryMetric").path("rawData").path(0);
      assertThat(rates).hasSameSizeAs(times).isNotEmpty();
      for (int i = 0; i < rates.size(); i++) {
        assertThat(rates.get(i).asDouble() * times.get(i).asDouble() * 1e-6)
            .as(result.path("benchmark").asText())
            .isBetween(tokens / 3, tokens * 3);
      }
    }
  }

  @Test
  void whatADynamicStrategyDecidesIsMeasuredAndNothingElseIs()
      throws IOException, InterruptedException {
    SuiteProcess suite =
        run(
            "LayerPrefill ModelDecode -p strategy=dynamic,w8a16 -p sequence=5 -p context=4"
                + " -p checkpoint="
                + GoldenFolders.path("tiny-llama"));
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    JsonNode results =
        new ObjectMapper().readTree(folder.resolve("results").resolve("results.json").toFile());
    boolean decides = false;
    for (JsonNode result : results) {
      JsonNode metrics = result.path("secondaryMetrics");
      if (!result.path("params").path("strategy").asText().startsWith("dynamic")) {
        assertThat(metrics.fieldNames()).toIterable().noneMatch(n -> n.startsWith("dynamic."));
        continue;
      }
      decides = true;
      assertThat(metrics.path("dynamic.int8.share").path("score").asDouble(-1)).isBetween(0.0, 1.0);
      JsonNode time = metrics.path("dynamic.decide.time");
      assertThat(time.path("scoreUnit").asText()).isEqualTo("s/op");
      assertThat(time.path("score").asDouble() * 1e6)
          .isPositive()
          .isLessThan(result.path("primaryMetric").path("score").asDouble());
      assertThat(metrics.path("dynamic.decide.share").path("score").asDouble(-1))
          .isBetween(1e-6, 1.0);
    }
    assertThat(decides || unsupported()).isTrue();
  }

  @Test
  void measuresOneLinearPartUnderStrategies() throws IOException, InterruptedException {
    SuiteProcess suite =
        run(
            "QuantizedGemm -p part=qkv,down -p strategy=fp32,w8a16 -p tokens=5 -p inputs=outliers"
                + " -p checkpoint="
                + GoldenFolders.path("tiny-llama"));
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    JsonNode results =
        new ObjectMapper().readTree(folder.resolve("results").resolve("results.json").toFile());
    assertThat(results).hasSize(4);
    for (JsonNode result : results) {
      double score = result.path("secondaryMetrics").path("score").path("score").asDouble();
      boolean plain = result.path("params").path("strategy").asText().equals("fp32");
      assertThat(score).isBetween(plain ? 1 - 1e-5 : 0.9, plain ? 1.0 : 1 - 1e-4);
    }
  }

  private boolean unsupported() throws IOException {
    return journal().stream().anyMatch(entry -> entry.outcome() == Outcome.UNSUPPORTED);
  }

  @Test
  void aPrecisionThatTheEngineLacksIsAnOutcome() throws IOException, InterruptedException {
    SuiteProcess suite =
        run(
            "LayerPrefill -p strategy=tf32 -p sequence=3 -p checkpoint="
                + GoldenFolders.path("tiny-qwen2"));
    assertThat(suite.exitCode()).as(suite.err()).isZero();
    assertThat(journal())
        .hasSize(1)
        .allSatisfy(
            entry -> {
              assertThat(entry.outcome()).isEqualTo(Outcome.UNSUPPORTED);
              assertThat(entry.reason()).contains("TF32");
            });
  }

  @Test
  void aStrategyIsCalibratedAndItsScalesAreKeptBesideTheResults()
      throws IOException, InterruptedException {
    SuiteProcess suite =
        run(
            "LayerPrefill ModelPrefill -p strategy=int8-sym/per-tensor -p sequence=8 -p checkpoint="
                + GoldenFolders.path("tiny-llama"));
    assertThat(suite.exitCode()).as(suite.out() + suite.err()).isZero();
    assertThat(journal())
        .hasSize(2)
        .allSatisfy(
            entry -> {
              assertThat(entry.outcome()).as(entry.reason()).isNotEqualTo(Outcome.FAILED);
              assertThat(entry.params())
                  .containsEntry("strategy", "int8-sym/per-tensor/mse")
                  .containsEntry("calibration", "auto");
            });
    Path kept = folder.resolve("results").resolve("calibrations");
    String name = "-tiny-llama-int8-sym-per-tensor-mse-tokens-20240607.json";
    assertThat(CalibrationFile.read(kept.resolve("layer" + name)).layers()).hasSize(1);
    assertThat(CalibrationFile.read(kept.resolve("model" + name)).layers()).hasSize(2);
  }

  private SuiteProcess run(String arguments) throws IOException, InterruptedException {
    return SuiteProcess.run(
        folder, ("--engine cpu --out results " + SHORT + " " + arguments).split(" "));
  }

  private List<JournalEntry> journal() throws IOException {
    return Journal.read(folder.resolve("results").resolve("journal.jsonl"), Assertions::fail);
  }
}
