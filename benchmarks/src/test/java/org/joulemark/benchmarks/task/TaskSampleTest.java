package org.joulemark.benchmarks.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskSampleTest {
  private static final TaskProfile MMLU = TaskCatalogue.standard().get("mmlu");

  @Test
  void fiftyItemsStandForTwoHundredCarriedOutInFull(@TempDir Path folder) throws IOException {
    ModelShape shape = ModelCatalogue.standard().get("qwen2.5-7b");
    ModelProblem problem = new ModelProblem(shape, Precision.FP16, 1, 8192);
    for (long seed = 1; seed <= 5; seed++) {
      StringBuilder lines = new StringBuilder();
      for (ItemTokens item : DrawnItems.of(MMLU, shape.family(), 200, seed)) {
        lines.append("{\"prompt_tokens\": ").append((int) item.prompt()).append("}\n");
      }
      Path file = Files.writeString(folder.resolve(seed + ".jsonl"), lines);
      TaskProfile listed = TaskCatalogue.standard().get(file.toString());
      double full = meanFlops(TaskSample.of(listed, shape.family(), 200, 16), problem);
      double estimate = meanFlops(TaskSample.of(listed, shape.family(), 50, 16), problem);
      assertThat(estimate / full).as("seed " + seed).isCloseTo(1, within(0.01));
    }
  }

  private static double meanFlops(TaskSample sample, ModelProblem problem) {
    return sample.items().stream()
        .mapToDouble(item -> problem.flops(0, item.prompt()))
        .average()
        .orElseThrow();
  }

  @Test
  void lengthsAreRoundedUpAndTheRoundingIsReported() {
    TaskSample sample = TaskSample.of(MMLU, "qwen2", 50, 64);
    double padded = 0;
    double real = 0;
    for (SampledItem item : sample.items()) {
      assertThat(item.prompt() % 64).isZero();
      assertThat(item.prompt() - item.real().prompt()).isBetween(0.0, 64.0);
      padded += item.prompt();
      real += item.real().prompt();
    }
    assertThat(sample.padding()).isCloseTo(1 - real / padded, within(1e-12));
    assertThat(sample.padding()).isBetween(0.02, 0.07);
    assertThat(sample.tokens()).isCloseTo(697, within(5.0));
    assertThat(TaskSample.of(MMLU, "qwen2", 50, 1).padding()).isBetween(0.0, 0.002);
  }

  @Test
  void wholeNumbersAreNotPadded() {
    TaskSample sample = TaskSample.of(TaskCatalogue.standard().get("gsm8k"), "qwen2", 1, 1);
    assertThat(sample.items().get(0).decoded()).isEqualTo(131);
    assertThat(sample.capacity())
        .isEqualTo(sample.items().get(0).prompt() + sample.items().get(0).decoded());
  }

  @Test
  void endingsArePaddedToAQuarterOfABucket() {
    SampledItem item =
        TaskSample.of(TaskCatalogue.standard().get("hellaswag"), "qwen2", 4, 64).items().get(0);
    assertThat(item.endings()).isEqualTo(112);
  }

  @Test
  void decodedPositionsAreTakenAtTheMiddleOfTheirBlocks() {
    assertThat(DecodeBlocks.of(100, 60, 64)).isEqualTo(Map.of(96, 28, 160, 32));
    assertThat(DecodeBlocks.of(100, 0, 64)).isEmpty();
    // The mean position is kept to less than a block.
    double sum = 0;
    for (var block : DecodeBlocks.of(1000, 131, 64).entrySet()) {
      sum += block.getKey() * (double) block.getValue();
    }
    assertThat(sum / 131).isCloseTo(1000 + 65, within(32.0));
  }
}
