package org.joulemark.benchmarks.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelCatalogue;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void decodedPositionsAreTakenAtTheMeanOfThoseThatTheSampleDecodesInTheirBlock() {
    SampledItem one = item(100, 60);
    // Positions 100 to 127, and 128 to 159.
    assertThat(new DecodeBlocks(List.of(one), 64).of(one)).isEqualTo(Map.of(114, 28, 144, 32));
    assertThat(new DecodeBlocks(List.of(item(100, 0)), 64).of(item(100, 0))).isEmpty();
    // Both decode in the block from 64 on, the other one position 70 alone.
    SampledItem other = item(70, 1);
    DecodeBlocks shared = new DecodeBlocks(List.of(one, other), 64);
    assertThat(shared.of(one)).isEqualTo(Map.of(112, 28, 144, 32));
    assertThat(shared.of(other)).isEqualTo(Map.of(112, 1));
  }

  private static SampledItem item(int prompt, int decoded) {
    return new SampledItem(prompt, 0, decoded, new ItemTokens(prompt, 0, decoded));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 512", "2, 512", "4, 512", "8, 512", "16, 512", "50, 512", "1, 64", "4, 64", "16, 64"
  })
  void aSampleDecodesAtItsMeanPositionHoweverFewPassesItTakes(int items, int block) {
    TaskSample sample = TaskSample.of(TaskCatalogue.standard().get("gsm8k"), "llama", items, 16);
    DecodeBlocks blocks = new DecodeBlocks(sample.items(), block);
    double wanted = 0;
    double taken = 0;
    Set<Integer> passes = new HashSet<>();
    for (SampledItem item : sample.items()) {
      wanted += item.decoded() * (item.read() + (item.decoded() - 1) / 2.0);
      Map<Integer, Integer> of = blocks.of(item);
      assertThat(of.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(item.decoded());
      of.forEach((position, times) -> assertThat(position).isLessThan(sample.capacity()));
      for (Map.Entry<Integer, Integer> pass : of.entrySet()) {
        taken += (double) pass.getKey() * pass.getValue();
        passes.add(pass.getKey());
      }
    }
    assertThat(taken / wanted).isCloseTo(1, within(1e-3));
    assertThat(passes.size()).isLessThanOrEqualTo(sample.capacity() / block + 1);
  }
}
