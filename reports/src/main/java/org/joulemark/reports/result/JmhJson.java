package org.joulemark.reports.result;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads JMH's own JSON result objects, in which NaN and the infinities are strings. */
final class JmhJson {
  private JmhJson() {}

  /**
   * The number in {@code node}: a JSON number, or one of "NaN", "+INF", "-INF"; NaN where there is
   * none.
   */
  static double number(JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    return switch (node.asText()) {
      case "+INF" -> Double.POSITIVE_INFINITY;
      case "-INF" -> Double.NEGATIVE_INFINITY;
      default -> Double.NaN;
    };
  }

  /** A metric object with {@code score}, {@code scoreError} and {@code scoreUnit}. */
  static MetricValue metric(JsonNode node) {
    return new MetricValue(
        number(node.path("score")),
        number(node.path("scoreError")),
        node.path("scoreUnit").asText(""));
  }
}
