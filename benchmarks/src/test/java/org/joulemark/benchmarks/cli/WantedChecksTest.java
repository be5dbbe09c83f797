package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.joulemark.benchmarks.run.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WantedChecksTest {

  @Test
  void everyCheckIsInExactlyOnePart() {
    List<WantedChecks> parts =
        IntStream.rangeClosed(1, 7)
            .mapToObj(part -> WantedChecks.of(List.of(), part + "/7"))
            .toList();
    for (int check = 0; check < 1000; check++) {
      String name = "layer qwen2-6-2-" + check;
      assertThat(parts).filteredOn(part -> part.test(name)).hasSize(1);
    }
    for (WantedChecks part : parts) {
      assertThat(IntStream.range(0, 1000).filter(check -> part.test("model " + check)).count())
          .as("about as many in each part")
          .isBetween(100L, 190L);
    }
  }

  @Test
  void anyOfTheBeginningsWillDo() {
    WantedChecks wanted = WantedChecks.of(List.of("layer bloom", "codes"), "1/1");
    assertThat(wanted.test("layer bloom-3-3-80 FP16")).isTrue();
    assertThat(wanted.test("codes sym of FP16")).isTrue();
    assertThat(wanted.test("layer llama-4-4-32 FP16")).isFalse();
    assertThat(wanted.described()).isEqualTo("begins with \"layer bloom\" or \"codes\"");
    assertThat(WantedChecks.of(List.of(), "1/1").test("anything")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "0/4", "5/4", "1/0", "-1/2", "1/2/3", "a/b", "99999/99999"})
  void aPartThatIsNoneIsRefused(String part) {
    assertThatThrownBy(() -> WantedChecks.of(List.of(), part))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--part " + part + " is not K/N");
  }
}
