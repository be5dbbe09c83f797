package org.joulemark.kernels.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  @Test
  void whatDoesNotFitIsSaidInGigabytes() {
    assertThatCode(() -> MemoryNeed.require("GPU memory", 5, 5)).doesNotThrowAnyException();
    assertThatThrownBy(() -> MemoryNeed.require("GPU memory", 30_500_000_000L, 24_000_000_000L))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessage("needs 30.5 GB of GPU memory, 24.0 GB free");
  }

  @Test
  void aResultOfMoreNumbersThanAnArrayHoldsIsRefused() {
    assertThatCode(() -> MemoryNeed.requireArray("output", Integer.MAX_VALUE - 8L))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> MemoryNeed.requireArray("output", Integer.MAX_VALUE - 7L))
        .isInstanceOf(UnsupportedWorkException.class)
        .hasMessage(
            "The output would be 2,147,483,640 numbers, and an array holds at most 2,147,483,639;"
                + " choose a smaller batch or fewer tokens.");
  }
}
