package org.joulemark.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.joulemark.benchmarks.gemm.GemmBenchmark;
import org.junit.jupiter.api.Test;

class JmhStatesTest {
  @Test
  void findsWhatJmhGenerates() {
    assertThat(JmhStates.drop(GemmBenchmark.class.getName() + ".gemm")).isEmpty();
  }

  @Test
  void anotherLayoutIsRefusedInASentence() {
    assertThatThrownBy(() -> JmhStates.drop(GemmBenchmark.class.getName() + ".other"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("GemmBenchmark_other_jmhTest is not there")
        .hasMessageContaining("-f 1");
    assertThatThrownBy(() -> JmhStates.drop(String.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no static field");
  }
}
