package org.joulemark.reports.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a metric means to people, from {@code metrics.json}: a new one is one entry there, and a
 * metric without an entry is shown under its own name.
 *
 * @param name of the metric
 * @param title for people
 * @param meaning one sentence
 * @param better which is better: {@code more}, {@code less}, or neither where this is empty
 * @param energy whether it is made of an energy figure, and so has a kind
 */
public record MetricInfo(
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) String title,
    @JsonProperty(required = true) String meaning,
    @JsonProperty(required = true) String better,
    @JsonProperty(required = true) boolean energy) {
  private static final List<MetricInfo> ALL = load();

  /** Every entry, the most asked for first. */
  public static List<MetricInfo> all() {
    return ALL;
  }

  /**
   * The entry of a metric; a GPU's own, such as {@code gpu0.power}, is looked up without prefix.
   */
  public static Optional<MetricInfo> find(String name) {
    String common = name.replaceFirst("^gpu\\d+\\.", "");
    return ALL.stream().filter(info -> info.name().equals(common)).findFirst();
  }

  private static List<MetricInfo> load() {
    try (@Nullable InputStream in = MetricInfo.class.getResourceAsStream("metrics.json")) {
      if (in == null) {
        throw new IllegalStateException("metrics.json is missing from this jar");
      }
      return List.copyOf(
          new ObjectMapper().readValue(in, new TypeReference<List<MetricInfo>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read metrics.json", e);
    }
  }
}
