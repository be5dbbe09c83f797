package org.joulemark.reports.result;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One object of JMH's JSON, without what nobody here reads.
 *
 * @param benchmark full name of the benchmark method
 * @param mode JMH's short name of the mode
 * @param params values by parameter, empty where the benchmark has none
 * @param primary time per operation unless the user chose another mode
 * @param metrics the profilers' metrics by name
 */
record JmhResult(
    String benchmark,
    String mode,
    Map<String, String> params,
    MetricValue primary,
    Map<String, MetricValue> metrics) {
  /** JMH writes much that is not needed here, and its later versions may write more. */
  static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** From JMH's JSON. */
  @JsonCreator
  static JmhResult fromJmh(
      @JsonProperty(value = "benchmark", required = true) @Nullable String benchmark,
      @JsonProperty("mode") @Nullable String mode,
      @JsonProperty("params") @Nullable LinkedHashMap<String, @Nullable String> params,
      @JsonProperty(value = "primaryMetric", required = true) @Nullable MetricValue primary,
      @JsonProperty("secondaryMetrics")
          @Nullable TreeMap<String, @Nullable MetricValue> secondary) {
    return new JmhResult(
        present("benchmark", benchmark),
        mode == null ? "" : mode,
        params == null ? Map.of() : present("params", params),
        present("primaryMetric", primary),
        secondary == null ? Map.of() : present("secondaryMetrics", secondary));
  }

  /** The map without its right to hold nulls. */
  static <V> Map<String, V> present(String name, Map<String, @Nullable V> map) {
    Map<String, V> checked = new LinkedHashMap<>();
    map.forEach((key, value) -> checked.put(key, present(name + "." + key, value)));
    return checked;
  }

  /**
   * The value itself.
   *
   * @throws IllegalArgumentException if there is none
   */
  static <V> V present(String name, @Nullable V value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is null");
    }
    return value;
  }
}
