package org.joulemark.benchmarks.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.Work;
import org.junit.jupiter.api.Test;

class PassFactsTest {

  @Test
  void whatAllPassesHaveKeepsItsName() {
    assertThat(
            PassFacts.of(
                List.of(
                    pass(Map.of("attention", "cudnn", "launch", "graph")),
                    pass(Map.of("attention", "cudnn", "launch", "graph", "head", "66")))))
        .isEqualTo(Map.of("attention", "cudnn", "launch", "graph", "head", "66"));
  }

  @Test
  void elseItIsSaidHowManyPassesHaveWhich() {
    assertThat(
            PassFacts.of(
                List.of(
                    pass(Map.of("attention", "own")),
                    pass(Map.of("attention", "cudnn")),
                    pass(Map.of("attention", "own")))))
        .isEqualTo(Map.of("attention.passes", "own in 2 of 3, cudnn in 1 of 3"));
  }

  @Test
  void whatWasCountedWhileWarmingUpIsNoFactOfTheItems() {
    assertThat(
            PassFacts.of(
                List.of(
                    pass(
                        Map.of(
                            "qkv.int8.share", "0.5",
                            "qkv.activation.kurtosis", "3.1",
                            "qkv.int8.algorithm.id", "39")))))
        .isEqualTo(Map.of("qkv.int8.algorithm.id", "39"));
  }

  @Test
  void ofManyTheMostFrequentAreNamed() {
    List<Work> passes = new ArrayList<>(List.of(pass(Map.of("tile", "9"))));
    for (int i = 1; i <= 9; i++) {
      passes.add(pass(Map.of("tile", "" + i)));
    }
    assertThat(PassFacts.of(passes))
        .isEqualTo(
            Map.of(
                "tile.passes",
                "9 in 2 of 10, 1 in 1 of 10, 2 in 1 of 10, 3 in 1 of 10, and 5 more"));
  }

  private static Work pass(Map<String, String> facts) {
    return new Work() {
      @Override
      public void submit() {}

      @Override
      public void drain() {}

      @Override
      public long completed() {
        return 0;
      }

      @Override
      public Map<String, String> facts() {
        return facts;
      }

      @Override
      public void close() {}
    };
  }
}
