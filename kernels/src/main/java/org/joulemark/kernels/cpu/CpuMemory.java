package org.joulemark.kernels.cpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.joulemark.kernels.engine.MemoryNeed;
import org.joulemark.kernels.engine.UnsupportedWorkException;

/** How much memory this process may still take. */
final class CpuMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Path CGROUP_LIMIT = Path.of("/sys/fs/cgroup/memory.max");
  private static final Path CGROUP_USED = Path.of("/sys/fs/cgroup/memory.current");
  private static final Path CGROUP_STAT = Path.of("/sys/fs/cgroup/memory.stat");

  private CpuMemory() {}

  /**
   * Checks that both kinds of memory suffice, before any of it is allocated.
   *
   * @param nativeBytes outside the Java heap
   * @param heapBytes on the Java heap
   * @throws UnsupportedWorkException saying what is needed and what is free
   */
  static void require(long nativeBytes, long heapBytes) {
    Runtime runtime = Runtime.getRuntime();
    long heapFree = runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    MemoryNeed.require("Java heap (-Xmx)", heapBytes, heapFree);
    MemoryNeed.require("memory", nativeBytes + heapBytes, available());
  }

  /** What Linux calls available, limited by the container; elsewhere the free physical memory. */
  static long available() {
    if (!Files.isReadable(MEMINFO)) {
      java.lang.management.OperatingSystemMXBean system =
          ManagementFactory.getOperatingSystemMXBean();
      return system instanceof com.sun.management.OperatingSystemMXBean known
          ? known.getFreeMemorySize()
          : Long.MAX_VALUE;
    }
    long available = field(MEMINFO, "MemAvailable:") * 1024;
    if (Files.isReadable(CGROUP_LIMIT) && Files.isReadable(CGROUP_USED)) {
      String limit = text(CGROUP_LIMIT);
      if (!limit.equals("max")) {
        // The page cache counts as used there, but gives way.
        long cached = Files.isReadable(CGROUP_STAT) ? field(CGROUP_STAT, "inactive_file") : 0;
        long used = Long.parseLong(text(CGROUP_USED)) - cached;
        available = Math.min(available, Long.parseLong(limit) - used);
      }
    }
    return available;
  }

  /** The number after a name at the start of a line; 0 if there is no such line. */
  private static long field(Path file, String name) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "\t"))
          .map(line -> Long.parseLong(line.substring(name.length()).strip().split("\\s+", -1)[0]))
          .findFirst()
          .orElse(0L);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }
}
