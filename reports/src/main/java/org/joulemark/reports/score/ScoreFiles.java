package org.joulemark.reports.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two formats of scores.
 *
 * <p>lm-evaluation-harness writes {@code {"results": {task: {"metric,filter": value, …}, …},
 * "config": {"model_args": …, "model_dtype": …, "limit": …}, "model_name": …, "date": seconds, …}}
 * (its {@code lm_eval/result_schema.py}); fields that are absent in older versions may be. Ours is
 * {@code {"scores": [{"model", "task", "strategy", "score", "metric", "source", "date"}, …]}},
 * where strategy, metric and date may be absent.
 */
final class ScoreFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern MODEL_ARGUMENT = Pattern.compile("(?:^|,)pretrained=([^,]+)");
  private static final Pattern DTYPE_ARGUMENT = Pattern.compile("(?:^|,)dtype=['\"]?([^,'\"]+)");
  private static final Pattern QUANTIZED =
      Pattern.compile("(load_in_8bit|load_in_4bit|gptq|autogptq|quantization)=?['\"]?([^,'\"]*)");

  private ScoreFiles() {}

  /**
   * Parses one file.
   *
   * @param name for complaints, and the source of what an evaluation found
   * @param kindOfOurs what a scores file in our format counts as
   * @throws IllegalArgumentException with one sentence if it is of neither format
   */
  static List<Score> parse(String name, byte[] bytes, ScoreKind kindOfOurs) {
    JsonNode root;
    try {
      root = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          name + " is not valid JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(name + " is not valid text: " + e.getMessage(), e);
    }
    if (root != null && root.path("results").isObject()) {
      return harness(name, root);
    }
    if (root != null && root.path("scores").isArray()) {
      return ours(name, root.get("scores"), kindOfOurs);
    }
    throw new IllegalArgumentException(
        name
            + " is neither a results file of lm-evaluation-harness (an object \"results\") nor a scores"
            + " file (a list \"scores\").");
  }

  private static List<Score> harness(String name, JsonNode root) {
    JsonNode config = root.path("config");
    String arguments = arguments(config.path("model_args"));
    String model = modelName(name, root, arguments);
    String strategy = strategy(arguments, config.path("model_dtype").asText(""));
    String file = name.substring(name.lastIndexOf('/') + 1);
    String source =
        config.hasNonNull("limit") ? file + " (only " + config.get("limit") + " items)" : file;
    List<Score> scores = new ArrayList<>();
    for (Map.Entry<String, JsonNode> task : root.get("results").properties()) {
      Map<String, Double> values = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> metric : task.getValue().properties()) {
        double value = metric.getValue().asDouble(Double.NaN);
        if (metric.getValue().isNumber()
            && !metric.getKey().contains("_stderr")
            && value >= 0
            && value <= 1) {
          values.put(metric.getKey(), value);
        }
      }
      if (!values.isEmpty()) {
        scores.add(
            new Score(
                model, task.getKey(), strategy, values, ScoreKind.HARNESS, source, date(root)));
      }
    }
    return scores;
  }

  /** Its arguments as the text {@code key=value,…}; newer versions write an object. */
  private static String arguments(JsonNode modelArguments) {
    if (!modelArguments.isObject()) {
      return modelArguments.asText("");
    }
    List<String> pairs = new ArrayList<>();
    modelArguments
        .properties()
        .forEach(field -> pairs.add(field.getKey() + "=" + field.getValue().asText()));
    return String.join(",", pairs);
  }

  private static String modelName(String file, JsonNode root, String arguments) {
    String name = root.path("model_name").asText("");
    if (name.isEmpty()) {
      Matcher matcher = MODEL_ARGUMENT.matcher(arguments);
      name = matcher.find() ? matcher.group(1) : "";
    }
    if (name.isEmpty()) {
      throw new IllegalArgumentException(
          file + " does not say which model was evaluated: it has no model_name.");
    }
    return lastPart(name);
  }

  private static String lastPart(String name) {
    String trimmed = name.replaceAll("[/\\\\]+$", "");
    return trimmed.substring(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1);
  }

  /** What the model was carried out in; a quantized one is never taken for a baseline. */
  private static String strategy(String arguments, String dtype) {
    Matcher quantized = QUANTIZED.matcher(arguments);
    if (quantized.find() && !quantized.group(2).equalsIgnoreCase("false")) {
      return quantized.group(1) + "=" + quantized.group(2);
    }
    Matcher given = DTYPE_ARGUMENT.matcher(arguments);
    String type = given.find() && !given.group(1).equals("auto") ? given.group(1) : dtype;
    return switch (type.toLowerCase(Locale.ROOT).replace("torch.", "")) {
      case "float32", "float" -> "fp32";
      case "float16", "half" -> "fp16";
      case "bfloat16" -> "bf16";
      default -> Score.BASELINE;
    };
  }

  private static String date(JsonNode root) {
    return root.path("date").isNumber()
        ? LocalDate.ofInstant(
                Instant.ofEpochSecond((long) root.get("date").doubleValue()), ZoneOffset.UTC)
            .toString()
        : root.path("date").asText("");
  }

  private static List<Score> ours(String name, JsonNode list, ScoreKind kind) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String place = name + ", scores[" + i + "]";
      JsonNode entry = list.get(i);
      JsonNode value = entry.path("score");
      if (!value.isNumber() || !(value.doubleValue() >= 0) || !(value.doubleValue() <= 1)) {
        throw new IllegalArgumentException(
            place + ": score must be a fraction from 0 to 1, not " + value + ".");
      }
      scores.add(
          new Score(
              lastPart(text(place, entry, "model")),
              text(place, entry, "task"),
              entry.path("strategy").asText(Score.BASELINE),
              Map.of(entry.path("metric").asText(Score.UNSTATED).strip(), value.doubleValue()),
              kind,
              text(place, entry, "source"),
              entry.path("date").asText("")));
    }
    return scores;
  }

  private static String text(String place, JsonNode entry, String field) {
    String text = entry.path(field).asText("");
    if (text.isBlank()) {
      throw new IllegalArgumentException(place + ": " + field + " is missing.");
    }
    return text;
  }
}
