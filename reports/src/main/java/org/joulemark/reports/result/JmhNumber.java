package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;

/** Reads a number as JMH writes it: NaN and the infinities are strings. */
final class JmhNumber extends StdDeserializer<Double> {
  private static final long serialVersionUID = 1L;

  JmhNumber() {
    super(Double.class);
  }

  @Override
  public Double deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    return read(parser, context);
  }

  /**
   * The number at the parser.
   *
   * @throws IOException if there is anything else than a number or one of "NaN", "+INF", "-INF"
   */
  static double read(JsonParser parser, DeserializationContext context) throws IOException {
    if (parser.currentToken().isNumeric()) {
      return parser.getDoubleValue();
    }
    String word = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
    return switch (word) {
      case "NaN" -> Double.NaN;
      case "+INF" -> Double.POSITIVE_INFINITY;
      case "-INF" -> Double.NEGATIVE_INFINITY;
      default ->
          context.reportInputMismatch(
              Double.class, "expected a number or one of \"NaN\", \"+INF\", \"-INF\"");
    };
  }
}
