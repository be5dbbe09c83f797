package org.joulemark.harness.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {
  @TempDir Path folder;

  @Test
  void comesBackFromItsFile() throws IOException {
    Environment here =
        Environment.capture(
            Map.of("version", "1"), List.of("-f", "1"), "quick", Map.of("name", "cpu"), Map.of());
    here.write(folder);
    assertThat(Environment.read(folder)).isEqualTo(here);
    assertThat(here.memoryBytes()).isPositive();
    assertThat(here.cpu().logicalProcessors()).isPositive();
  }

  @Test
  void readsFeaturesThatMatterAndCallsTheRestUnknown() throws IOException {
    Path cpuinfo = folder.resolve("cpuinfo");
    Files.writeString(cpuinfo, "model name\t: Some CPU\nflags\t\t: fpu avx2 fma avx512_vnni\n");
    CpuInfo cpu = CpuInfo.read(cpuinfo, folder);
    assertThat(cpu.model()).isEqualTo("Some CPU");
    assertThat(cpu.features()).containsExactly("avx2", "fma", "avx512_vnni");
    assertThat(cpu.governor()).isEqualTo("unknown");
    assertThat(CpuInfo.read(folder.resolve("none"), folder).model()).isEqualTo("unknown");
  }
}
