package org.joulemark.benchmarks.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.Work;
import org.junit.jupiter.api.Test;

class PassFactsTest {
  private static final Map<String, String> FACTS =
      Map.of("library", "cublaslt", "attention", "own", "attention.own.seconds", "1.0e-04");

  @Test
  void attentionIsNamedWhereAllPassesHaveTheSame() {
    assertThat(PassFacts.of(FACTS, List.of(pass("cudnn"), pass("cudnn"))))
        .containsEntry("library", "cublaslt")
        .containsEntry("attention", "cudnn");
    assertThat(PassFacts.of(Map.of("a", "b"), List.of(pass("")))).isEqualTo(Map.of("a", "b"));
  }

  @Test
  void elseItIsSaidHowManyPassesHaveWhich() {
    assertThat(PassFacts.of(FACTS, List.of(pass("own"), pass("cudnn"), pass("own"))))
        .isEqualTo(
            Map.of("library", "cublaslt", "attention.passes", "cudnn in 1 of 3, own in 2 of 3"));
  }

  private static Work pass(String attention) {
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
        return attention.isEmpty() ? Map.of() : Map.of("attention", attention);
      }

      @Override
      public void close() {}
    };
  }
}
