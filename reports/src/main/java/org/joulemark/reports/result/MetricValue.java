package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;

/**
 * One number of a result.
 *
 * @param value mean over all iterations of all forks; NaN where it could not be determined
 * @param error half width of JMH's 99.9 % confidence interval, NaN where there are too few samples
 * @param unit as JMH wrote it
 * @param samples the values behind it
 */
@JsonDeserialize(using = MetricValue.Reader.class)
public record MetricValue(double value, double error, String unit, Samples samples) {
  /** No value. */
  public static final MetricValue NONE = new MetricValue(Double.NaN, Double.NaN, "", Samples.NONE);

  /**
   * Reads JMH's object of a metric. An error that it leaves out is computed as JMH does. Written
   * out because a big file has a million of them.
   */
  static final class Reader extends StdDeserializer<MetricValue> {
    private static final long serialVersionUID = 1L;
    private static final Samples.Reader SAMPLES = new Samples.Reader();
    private static final PooledString STRINGS = new PooledString();

    Reader() {
      super(MetricValue.class);
    }

    @Override
    public MetricValue deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      boolean scored = false;
      boolean errorGiven = false;
      double score = Double.NaN;
      double error = Double.NaN;
      String unit = "";
      Samples samples = Samples.NONE;
      if (!parser.isExpectedStartObjectToken()) {
        context.reportInputMismatch(this, "a metric must be an object with a score");
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        switch (name) {
          case "score" -> {
            score = JmhNumber.read(parser, context);
            scored = true;
          }
          case "scoreError" -> {
            error = JmhNumber.read(parser, context);
            errorGiven = true;
          }
          case "scoreUnit" -> unit = token == JsonToken.VALUE_NULL ? "" : unit(parser, context);
          case "rawData" -> samples = SAMPLES.deserialize(parser, context);
          default -> parser.skipChildren();
        }
      }
      if (!scored) {
        context.reportInputMismatch(this, "a metric must have a score");
      }
      return new MetricValue(score, errorGiven ? error : Spread.ofMean(samples), unit, samples);
    }

    private static String unit(JsonParser parser, DeserializationContext context)
        throws IOException {
      String unit = STRINGS.deserialize(parser, context);
      return unit == null ? "" : unit;
    }
  }
}
