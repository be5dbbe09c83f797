package org.joulemark.harness.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a result comes from: everything that has to be the same before two results may be compared.
 * Written beside JMH's own file as {@code environment.json}.
 *
 * @param recordedAt ISO 8601 instant in UTC
 * @param suite version and commit of the suite
 * @param arguments the command line as given
 * @param preset the preset that filled what the command line left open
 * @param operatingSystem name, version and architecture
 * @param jdk version, vendor and name of the virtual machine
 * @param cpu the processor
 * @param memoryBytes physical memory, −1 if unknown
 * @param engine name, why it was chosen, its libraries and its device, in stable dotted keys
 * @param gpu state of the GPU at the start: clocks, limits, temperature; empty without one
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Environment(
    String recordedAt,
    Map<String, String> suite,
    List<String> arguments,
    String preset,
    String operatingSystem,
    Map<String, String> jdk,
    CpuInfo cpu,
    long memoryBytes,
    Map<String, String> engine,
    Map<String, String> gpu) {
  /** The sidecar's name in a results folder. */
  public static final String FILE_NAME = "environment.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** This machine, now. */
  public static Environment capture(
      Map<String, String> suite,
      List<String> arguments,
      String preset,
      Map<String, String> engine,
      Map<String, String> gpu) {
    return new Environment(
        Instant.now().toString(),
        new TreeMap<>(suite),
        List.copyOf(arguments),
        preset,
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        new TreeMap<>(
            Map.of(
                "version", System.getProperty("java.version", "unknown"),
                "vendor", System.getProperty("java.vendor", "unknown"),
                "vm", System.getProperty("java.vm.name", "unknown"))),
        CpuInfo.read(),
        physicalMemoryBytes(),
        new TreeMap<>(engine),
        new TreeMap<>(gpu));
  }

  /**
   * The same with what has been learned about the engine since, which replaces older facts of the
   * same key.
   */
  public Environment withEngine(Map<String, String> facts) {
    Map<String, String> merged = new TreeMap<>(engine);
    merged.putAll(facts);
    return ofEngine(merged);
  }

  /** The same with {@code facts} in place of all that it says about the engine. */
  public Environment ofEngine(Map<String, String> facts) {
    return new Environment(
        recordedAt,
        suite,
        arguments,
        preset,
        operatingSystem,
        jdk,
        cpu,
        memoryBytes,
        new TreeMap<>(facts),
        gpu);
  }

  /**
   * Writes the sidecar.
   *
   * @throws IOException if the folder does not take it
   */
  public void write(Path folder) throws IOException {
    JSON.writeValue(folder.resolve(FILE_NAME).toFile(), this);
  }

  /**
   * Reads a sidecar.
   *
   * @throws IOException if there is none, or it is broken
   */
  public static Environment read(Path folder) throws IOException {
    return JSON.readValue(folder.resolve(FILE_NAME).toFile(), Environment.class);
  }

  private static long physicalMemoryBytes() {
    return java.lang.management.ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean bean
        ? bean.getTotalMemorySize()
        : -1;
  }
}
