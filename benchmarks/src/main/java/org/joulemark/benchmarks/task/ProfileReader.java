package org.joulemark.benchmarks.task;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads task profiles: JSON files, and lists of items with their token counts. */
final class ProfileReader {
  private static final int LONGEST = 1 << 20;
  // A stored fit may be rounded, but not be another one.
  private static final double FIT_TOLERANCE = 0.01;
  private static final Set<String> FIELDS =
      Set.of(
          "id",
          "title",
          "items",
          "requests",
          "shots",
          "metric",
          "harness",
          "promptTokens",
          "longestPrompt",
          "endings",
          "decodedTokens",
          "scoring",
          "source",
          "derivation");

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ProfileReader() {}

  /**
   * Reads a user's file: a profile ({@code .json}) or a list of items ({@code .jsonl}).
   *
   * @throws IllegalArgumentException with one sentence that names the field or line that is wrong
   */
  static TaskProfile read(Path file) {
    try {
      if (file.getFileName().toString().endsWith(".jsonl")) {
        return list(file, Files.readAllLines(file));
      }
      try (InputStream in = Files.newInputStream(file)) {
        return profile(file.toString(), in);
      }
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not text in UTF-8.", e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a profile.
   *
   * @param name for complaints
   * @throws IllegalArgumentException with one sentence that names the field that is wrong
   */
  static TaskProfile profile(String name, InputStream in) throws IOException {
    JsonNode node;
    try {
      node = JSON.readTree(in);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          name + " is not valid JSON: " + firstLine(e.getOriginalMessage()) + ".", e);
    }
    if (node == null || !node.isObject()) {
      throw new IllegalArgumentException(name + " does not hold a JSON object.");
    }
    JsonFields fields = new JsonFields(name, "", node);
    fields.allowOnly(FIELDS);
    int items = fields.wholeNumber("items", 1, null);
    double longest = fields.wholeNumber("longestPrompt", 1, LONGEST);
    String id = fields.text("id");
    double endingTokens = 0;
    String endingProvenance = "";
    if (fields.has("endings")) {
      JsonFields endings = fields.object("endings");
      endings.allowOnly(Set.of("tokensEach", "provenance"));
      endingTokens = endings.positive("tokensEach");
      endingProvenance = endings.text("provenance");
    }
    JsonFields harness =
        fields.has("harness")
            ? fields.object("harness")
            : new JsonFields(name, "harness", JSON.createObjectNode());
    harness.allowOnly(Set.of("task", "metrics"));
    return new TaskProfile(
        id,
        fields.text("title", id),
        items,
        fields.wholeNumber("requests", items, items),
        fields.wholeNumber("shots", 0, 0),
        fields.text("metric"),
        harness.text("task", id),
        metrics(harness, fields.text("metric")),
        promptTokens(fields, longest),
        endingTokens,
        endingProvenance,
        counts(fields, "decodedTokens", LONGEST, 0),
        List.of(),
        fields.text("scoring", ""),
        fields.text("source"),
        fields.text("derivation", ""));
  }

  private static List<String> metrics(JsonFields harness, String metric) {
    List<String> metrics = new ArrayList<>();
    JsonNode given = harness.node().path("metrics");
    for (JsonNode each : given) {
      if (!each.isTextual()) {
        throw harness.wrong("metrics", "a list of texts");
      }
      metrics.add(each.asText());
    }
    return metrics.isEmpty() ? List.of(metric + ",none", metric) : metrics;
  }

  private static Map<String, TokenCounts> promptTokens(JsonFields fields, double longest) {
    JsonFields byTokenizer = fields.object("promptTokens");
    Map<String, TokenCounts> counts = new LinkedHashMap<>();
    for (var tokenizer : byTokenizer.node().properties()) {
      counts.put(tokenizer.getKey(), counts(byTokenizer, tokenizer.getKey(), longest, 1));
    }
    if (counts.isEmpty()) {
      throw fields.wrong(
          "promptTokens", "an object with a distribution by tokenizer, such as {\"any\": {…}}");
    }
    return counts;
  }

  /** A number, a mean with its 95th percentile, or points of the quantile function. */
  private static TokenCounts counts(JsonFields fields, String field, double longest, int least) {
    if (fields.node().path(field).isNumber() || !fields.has(field)) {
      Integer otherwise = least == 0 ? Integer.valueOf(0) : null;
      return new TokenCounts.Constant(
          Math.min(longest, fields.wholeNumber(field, least, otherwise)));
    }
    JsonFields distribution = fields.object(field);
    distribution.allowOnly(Set.of("mean", "p95", "lognormal", "quantiles"));
    try {
      return distribution.has("quantiles")
          ? quantiles(distribution, longest)
          : logNormal(distribution, longest);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith(fields.file())) {
        throw e;
      }
      throw new IllegalArgumentException(
          fields.file() + ": the field " + distribution.path() + " is wrong: " + message + ".", e);
    }
  }

  private static TokenCounts logNormal(JsonFields distribution, double longest) {
    double mean = distribution.positive("mean");
    double p95 = distribution.positive("p95");
    if (!distribution.has("lognormal")) {
      return TokenCounts.LogNormal.fit(mean, p95, longest);
    }
    JsonFields stored = distribution.object("lognormal");
    stored.allowOnly(Set.of("mu", "sigma"));
    TokenCounts.LogNormal counts =
        new TokenCounts.LogNormal(stored.positive("mu"), stored.positive("sigma"), longest);
    if (Math.abs(counts.uncutMean() / mean - 1) > FIT_TOLERANCE
        || Math.abs(counts.uncutP95() / p95 - 1) > FIT_TOLERANCE) {
      throw stored.wrong(
          "mu",
          "that of a distribution with the stated mean and p95 (leave lognormal out to have it"
              + " fitted)");
    }
    return counts;
  }

  private static TokenCounts quantiles(JsonFields distribution, double longest) {
    List<TokenCounts.Point> points = new ArrayList<>();
    for (JsonNode point : distribution.node().get("quantiles")) {
      if (point.size() != 2 || !point.path(0).isNumber() || !(point.path(1).doubleValue() >= 0)) {
        throw distribution.wrong("quantiles", "a list of pairs [share, tokens]");
      }
      points.add(
          new TokenCounts.Point(
              point.get(0).doubleValue(), Math.min(longest, point.get(1).doubleValue())));
    }
    return new TokenCounts.Quantiles(points);
  }

  /** A list: one JSON object an item, of which the token counts are read and nothing else. */
  private static TaskProfile list(Path file, List<String> lines) {
    List<ItemTokens> items = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        items.add(item(file + ", line " + (i + 1), lines.get(i)));
      }
    }
    if (items.isEmpty()) {
      throw new IllegalArgumentException(file + " lists no items.");
    }
    String name = file.getFileName().toString();
    String id = name.substring(0, name.length() - ".jsonl".length());
    return new TaskProfile(
        id,
        id,
        items.size(),
        items.size(),
        0,
        "score",
        id,
        List.of("acc,none", "acc_norm,none"),
        Map.of(),
        0,
        "",
        new TokenCounts.Constant(0),
        items,
        "As listed.",
        file.toString(),
        "Every item is listed with its token counts.");
  }

  private static ItemTokens item(String place, String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          place + " is not valid JSON: " + firstLine(e.getOriginalMessage()) + ".", e);
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException(place + " does not hold a JSON object.");
    }
    JsonFields fields = new JsonFields(place, "", node);
    return new ItemTokens(
        fields.wholeNumber("prompt_tokens", 1, null),
        fields.wholeNumber("ending_tokens", 0, 0),
        fields.wholeNumber("decoded_tokens", 0, 0));
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
