package org.joulemark.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void theTimeLeftIsAFloorUntilAConfigurationHasShownWhatPreparingTakes() {
    Progress progress =
        new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), 4, 20, Set.of("task"));
    Configuration configuration =
        new Configuration(
            "org.joulemark.benchmarks.task.TaskBenchmark.item",
            Map.of("task", "t"),
            new Preset.Timing(0, 1, 1000, 4, 1000));
    progress.start(configuration);
    // 4 · (5 + 2.5) s as planned; 93 of 5 taken, so 3 · (5 + 88) remain.
    progress.end(5, 93, List.of());
    progress.start(configuration);
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "[1/4, at least 0:30 left] TaskBenchmark.item task=t",
            "[2/4, 4:39 left] TaskBenchmark.item task=t");
  }
}
