package org.joulemark.reports.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.joulemark.reports.footprint.Footprint;
import org.joulemark.reports.footprint.GridTable;
import org.joulemark.reports.result.ResultLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskResultTest {
  private static final String RESULTS =
      """
      [{"benchmark": "org.joulemark.benchmarks.task.TaskBenchmark.item", "mode": "avgt",
        "params": {"task": "mmlu", "model": "qwen2.5-7b", "strategy": "int8-sym/per-token", "batch": "1",
                   "depth": "model", "decoded": "auto", "items": "50"},
        "primaryMetric": {"score": 20000, "scoreError": "NaN", "scoreUnit": "us/op", "rawData": [[20000, 20000, 20000]]},
        "secondaryMetrics": {
          "task.energy": {"score": 40.0, "scoreError": 3, "scoreUnit": "Wh", "rawData": [[39.9, 40.0, 40.1]]},
          "task.energy.uncertainty": {"score": 0.05, "scoreError": "NaN", "scoreUnit": "Wh", "rawData": [[0.05, 0.05, 0.05]]},
          "task.sample.spread": {"score": 0.001, "scoreError": "NaN", "scoreUnit": "1", "rawData": [[0.001, 0.001, 0.001]]},
          "task.time": {"score": 0.08, "scoreError": "NaN", "scoreUnit": "h", "rawData": [[0.08, 0.08, 0.08]]},
          "task.eor": {"score": 0.01856, "scoreError": "NaN", "scoreUnit": "1/Wh", "rawData": [[0.01856]]},
          "task.tweor": {"score": 6.4e-5, "scoreError": "NaN", "scoreUnit": "1/(Wh·s)", "rawData": [[6.4e-5]]},
          "task.item.tokens": {"score": 697, "scoreError": "NaN", "scoreUnit": "token", "rawData": [[697]]},
          "score": {"score": 0.7424, "scoreError": "NaN", "scoreUnit": "1", "rawData": [[0.7424]]},
          "score.kind": {"score": 3, "scoreError": "NaN", "scoreUnit": "published score of baseline", "rawData": [[3]]},
          "energy.kind": {"score": 1, "scoreError": 0, "scoreUnit": "measured", "rawData": [[1]]}}},
       {"benchmark": "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm", "mode": "avgt", "params": {},
        "primaryMetric": {"score": 1, "scoreError": "NaN", "scoreUnit": "us/op", "rawData": [[1]]},
        "secondaryMetrics": {}}]
      """;

  @TempDir Path folder;

  @Test
  void readsTasksFromJmhsFileAndLeavesTheRest() throws IOException {
    TaskResult result = only();
    assertThat(result.task()).isEqualTo("mmlu");
    assertThat(result.items()).isEqualTo("50");
    assertThat(result.strategyFamily()).isEqualTo("int8-sym");
    assertThat(result.energyKind()).isEqualTo("measured");
    assertThat(result.scoreSource()).isEqualTo("published score of baseline");
    assertThat(result.itemTokens()).isEqualTo(697);
    // Student's t for three values: 4.303 · 0.1 / √3; the window 1.96 · 0.05; the sample 1.96 · 0.1
    // %.
    assertThat(result.wattHours().halfWidth())
        .isCloseTo(
            Math.sqrt(0.2484 * 0.2484 + (0.098 * 0.098 + 0.0784 * 0.0784) / 3), within(1e-4));
  }

  @Test
  void showsTheTableWithCarbonAndMoneyOnlyWhereTheyAreAskedFor() throws IOException {
    List<TaskResult> results = List.of(only());
    assertThat(TaskTable.render(results, Footprint.NONE))
        .contains("40.00 ± 0.26")
        .containsPattern("model +50 +40.00")
        .contains("0.08000")
        .contains("0.01856")
        .contains("6.400e-05")
        .contains("[1] published score of baseline")
        .doesNotContain("CO2e")
        .doesNotContain("cost");
    String both =
        TaskTable.render(results, new Footprint(GridTable.standard().get("de"), 0.3, 1.5));
    // 40 Wh · 1.5 = 0.06 kWh.
    assertThat(both)
        .contains("g CO2e")
        .contains("22.85")
        .contains("0.01800")
        .contains("380.9 g CO2e/kWh (Germany), 0.3 a kWh, PUE 1.5.");
    assertThat(TaskTable.render(List.of(), Footprint.NONE)).isEmpty();
  }

  @Test
  void tellsAModelsOwnWeightsFromMadeUpOnes() throws IOException {
    assertThat(only().seeded()).isTrue();
    TaskResult own =
        only(RESULTS.replace("\"batch\"", "\"checkpoint\": \"/models/qwen2.5-7b\", \"batch\""));
    assertThat(own.seeded()).isFalse();
    assertThat(own.checkpoint()).isEqualTo("/models/qwen2.5-7b");
    assertThat(TaskTable.render(List.of(own), Footprint.NONE)).contains("qwen2.5-7b (checkpoint)");
  }

  private TaskResult only() throws IOException {
    return only(RESULTS);
  }

  private TaskResult only(String results) throws IOException {
    Files.writeString(folder.resolve("results.json"), results);
    return ResultLoader.load(List.of(folder)).files().stream()
        .flatMap(file -> TaskResult.of(file).stream())
        .reduce(
            (one, other) -> {
              throw new AssertionError("two tasks");
            })
        .orElseThrow();
  }
}
