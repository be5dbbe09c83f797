package org.joulemark.benchmarks.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What runs, and for how long, where the command line leaves it open. Read from {@code
 * presets.json}: a new preset is one entry there.
 *
 * @param description one line for people
 * @param engines the plan for each engine by its name
 */
public record Preset(
    @JsonProperty(required = true) String description,
    @JsonProperty(required = true) Map<String, Plan> engines) {
  /** The preset that runs when none is named. */
  public static final String DEFAULT = "quick";

  /**
   * One engine's plan.
   *
   * @param timing forks, iterations and their lengths
   * @param sweeps what is measured, in order
   */
  public record Plan(
      @JsonProperty(required = true) Timing timing,
      @JsonProperty(required = true) List<Sweep> sweeps) {}

  /**
   * How long each configuration runs.
   *
   * @param forks fresh virtual machines per configuration
   * @param warmupIterations iterations that are not counted
   * @param warmupMillis length of each
   * @param measurementIterations iterations that count
   * @param measurementMillis length of each
   */
  public record Timing(
      @JsonProperty(required = true) int forks,
      @JsonProperty(required = true) int warmupIterations,
      @JsonProperty(required = true) int warmupMillis,
      @JsonProperty(required = true) int measurementIterations,
      @JsonProperty(required = true) int measurementMillis) {}

  /**
   * The cross product of some values of a benchmark's parameters; a parameter that is not named
   * keeps its default.
   *
   * @param benchmark end of the benchmark's full name, such as {@code GemmBenchmark.gemm}
   * @param subject the parameter that names what is measured: a user who gives it replaces the
   *     sweep; empty where whatever a user gives narrows the sweep
   * @param params values by parameter
   */
  public record Sweep(
      @JsonProperty(required = true) String benchmark,
      @JsonProperty(required = true) String subject,
      @JsonProperty(required = true) LinkedHashMap<String, List<String>> params) {}

  /**
   * The preset of that name.
   *
   * @throws UsageException naming the presets that exist
   */
  public static Preset named(String name) {
    Map<String, Preset> presets = all();
    Preset preset = presets.get(name);
    if (preset == null) {
      throw new UsageException(
          "--preset "
              + name
              + " is not known; choose from "
              + String.join(", ", presets.keySet())
              + ".");
    }
    return preset;
  }

  /** Every preset by name, in the order of the file. */
  public static Map<String, Preset> all() {
    try (InputStream in = Preset.class.getResourceAsStream("presets.json")) {
      if (in == null) {
        throw new IllegalStateException("presets.json is missing from this jar");
      }
      return new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .readValue(in, new TypeReference<LinkedHashMap<String, Preset>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read presets.json", e);
    }
  }
}
