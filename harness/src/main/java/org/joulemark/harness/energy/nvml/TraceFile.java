package org.joulemark.harness.energy.nvml;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A CSV file of telemetry, appended to after each window, so that all iterations and forks of a run
 * share one file: process and window tell them apart.
 */
final class TraceFile {
  static final String HEADER =
      "process,window,device,in_window,seconds,power_w,sm_mhz,memory_mhz,temperature_c,"
          + "utilization_percent,clock_event_reasons";

  private final Path file;

  TraceFile(Path file) {
    this.file = file;
  }

  /**
   * Appends one window's samples; seconds count from where the energy window begins.
   *
   * @param window number of the window on this device, from 1
   * @throws UncheckedIOException if the file cannot be written
   */
  void append(int window, String device, Telemetry telemetry, long fromNanos, long toNanos) {
    try {
      boolean isNew = !Files.exists(file) || Files.size(file) == 0;
      try (BufferedWriter out =
          Files.newBufferedWriter(
              file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        if (isNew) {
          out.write(HEADER + "\n");
        }
        String prefix = ProcessHandle.current().pid() + "," + window + "," + device + ",";
        for (int i = 0; i < telemetry.size(); i++) {
          boolean inside = telemetry.isBetween(i, fromNanos, toNanos);
          out.write(prefix + (inside ? 1 : 0) + "," + telemetry.traceLine(i, fromNanos) + "\n");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The trace file " + file + " cannot be written.", e);
    }
  }
}
