package org.joulemark.harness.energy.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several profilers of one process (JMH without forks) use one library. */
class NvmlSharingTest {
  @TempDir Path folder;

  @Test
  void closingOneUserLeavesTheLibraryToTheOthers() throws Exception {
    String library = FakeNvml.build(folder, "devices 2").toString();
    try (Nvml stays = Nvml.open(library)) {
      Nvml.open(library).close();
      assertThat(stays.devices()).hasSize(2);
    }
  }
}
