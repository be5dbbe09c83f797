package org.joulemark.kernels.cpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/** What the operating system says of the CPU. */
final class CpuInfo {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private CpuInfo() {}

  /** The CPU's name as Linux shows it; elsewhere the architecture. */
  static String model() {
    if (!Files.isReadable(CPUINFO)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(CPUINFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + CPUINFO, e);
    }
  }

  /**
   * Cores that this process may use: physical ones, because two threads on one core share its
   * multipliers, and no more than its affinity or container allows.
   */
  static int usableCores() {
    return Math.max(1, Math.min(Loader.totalCores(), Runtime.getRuntime().availableProcessors()));
  }
}
