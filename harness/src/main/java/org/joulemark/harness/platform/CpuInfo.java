package org.joulemark.harness.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the operating system says of the processor.
 *
 * @param model the processor's own name, or {@code unknown}
 * @param logicalProcessors processors that this process may use
 * @param features instruction-set extensions that matter to GEMMs, in the kernel's spelling
 * @param governor frequency governor of the first core, or {@code unknown}
 */
public record CpuInfo(String model, int logicalProcessors, List<String> features, String governor) {
  private static final List<String> RELEVANT =
      List.of(
          "avx2",
          "fma",
          "avx512f",
          "avx512_vnni",
          "avx_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_tile",
          "amx_int8",
          "amx_bf16");

  /** Reads {@code /proc/cpuinfo} and {@code /sys}; what is not there is unknown. */
  public static CpuInfo read() {
    return read(Path.of("/proc/cpuinfo"), Path.of("/sys/devices/system/cpu"));
  }

  static CpuInfo read(Path cpuinfo, Path sysCpu) {
    List<String> flags = List.of(field(cpuinfo, "flags").orElse("").split("\\s+"));
    return new CpuInfo(
        field(cpuinfo, "model name").orElse("unknown"),
        Runtime.getRuntime().availableProcessors(),
        RELEVANT.stream().filter(flags::contains).toList(),
        firstLine(sysCpu.resolve("cpu0/cpufreq/scaling_governor")).orElse("unknown"));
  }

  private static Optional<String> field(Path cpuinfo, String key) {
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> firstLine(Path file) {
    try {
      return Files.readAllLines(file).stream().findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
