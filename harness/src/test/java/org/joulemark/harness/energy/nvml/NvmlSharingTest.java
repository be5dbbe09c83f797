package org.joulemark.harness.energy.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Several profilers of one process (JMH without forks) use one library. */
class NvmlSharingTest {
  @Test
  void closingOneUserLeavesTheLibraryToTheOthers() throws Exception {
    String library = FakeNvml.build("devices 2").toString();
    try (Nvml stays = Nvml.open(library)) {
      Nvml.open(library).close();
      assertThat(stays.devices()).hasSize(2);
    }
  }
}
