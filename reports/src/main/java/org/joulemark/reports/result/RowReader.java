package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.journal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Reads journal entries and JMH's results from a stream of tokens. Written out instead of bound by
 * annotations, because a big file has millions of numbers and as many of words that nobody here
 * reads. Not thread-safe; what it returns is immutable.
 */
final class RowReader {
  /** Makes the parsers. */
  static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

  private static final Outcome[] OUTCOMES = Outcome.values();

  private final boolean iterations;
  private final StringCache strings = new StringCache();
  private final NamePath entries = NamePath.start();
  private final NamePath paramNames = NamePath.start();
  private final NamePath noteNames = NamePath.start();
  private final NamePath resultNames = NamePath.start();
  private final NamePath metricNames = NamePath.start();
  private final NamePath metricParts = NamePath.start();
  private final List<String> words = new ArrayList<>();
  private final List<MetricValue> values = new ArrayList<>();
  private double[] numbers = new double[64];

  /**
   * A reader with its own memory of strings.
   *
   * @param iterations whether the secondary metrics keep their {@link Samples}
   */
  RowReader(boolean iterations) {
    this.iterations = iterations;
  }

  /**
   * The journal entry that begins at the parser's token.
   *
   * @throws IOException if it is none
   * @throws IllegalArgumentException if a part is missing or null
   */
  JournalLine line(JsonParser parser) throws IOException {
    String benchmark = null;
    Map<String, String> params = null;
    Outcome outcome = null;
    String reason = "";
    String startedAt = "";
    Map<String, String> notes = Map.of();
    List<JmhResult> results = List.of();
    expectObject(parser, "a journal entry");
    for (NamePath at = entries.next(parser); at != null; at = at.next(parser)) {
      String name = at.name();
      JsonToken token = parser.nextToken();
      switch (name) {
        case "benchmark" -> benchmark = word(parser, name);
        case "params" -> params = words(parser, name, paramNames);
        case "outcome" -> outcome = outcome(parser);
        case "reason" -> reason = wordOrNothing(parser, name);
        case "startedAt" ->
            // Every entry has its own, which would only displace others from the cache.
            startedAt = token == JsonToken.VALUE_STRING ? parser.getText() : "";
        case "notes" -> notes = words(parser, name, noteNames);
        case "results" -> results = results(parser);
        default -> parser.skipChildren();
      }
    }
    return new JournalLine(
        present("benchmark", benchmark),
        present("params", params),
        present("outcome", outcome),
        reason,
        startedAt,
        notes,
        results);
  }

  /**
   * The result that begins at the parser's token.
   *
   * @throws IOException if it is none of JMH's
   * @throws IllegalArgumentException if a part is missing or null
   */
  JmhResult result(JsonParser parser) throws IOException {
    String benchmark = null;
    String mode = "";
    Map<String, String> params = Map.of();
    MetricValue primary = null;
    Map<String, MetricValue> metrics = Map.of();
    expectObject(parser, "a result");
    for (NamePath at = resultNames.next(parser); at != null; at = at.next(parser)) {
      String name = at.name();
      parser.nextToken();
      switch (name) {
        case "benchmark" -> benchmark = word(parser, name);
        case "mode" -> mode = wordOrNothing(parser, name);
        case "params" -> params = words(parser, name, paramNames);
        case "primaryMetric" -> primary = metric(parser, name, true);
        case "secondaryMetrics" -> metrics = metrics(parser);
        default -> parser.skipChildren();
      }
    }
    return new JmhResult(
        present("benchmark", benchmark), mode, params, present("primaryMetric", primary), metrics);
  }

  private List<JmhResult> results(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return List.of();
    }
    if (!parser.isExpectedStartArrayToken()) {
      throw mismatch(parser, "results must be an array");
    }
    List<JmhResult> results = new ArrayList<>(1);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      results.add(result(parser));
    }
    return results;
  }

  private Map<String, MetricValue> metrics(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return Map.of();
    }
    expectObject(parser, "secondaryMetrics");
    values.clear();
    NamePath path = metricNames;
    for (NamePath at = path.next(parser); at != null; at = at.next(parser)) {
      parser.nextToken();
      values.add(metric(parser, at.name(), iterations));
      path = at;
    }
    return new SharedKeyMap<>(path.keys(), values.toArray(MetricValue[]::new));
  }

  /** JMH's object of a metric. An error that it leaves out is computed as JMH does. */
  private MetricValue metric(JsonParser parser, String metric, boolean keepSamples)
      throws IOException {
    boolean scored = false;
    boolean errorGiven = false;
    double score = Double.NaN;
    double error = Double.NaN;
    String unit = "";
    double spread = Double.NaN;
    Samples samples = Samples.NONE;
    expectObject(parser, metric);
    for (NamePath at = metricParts.next(parser); at != null; at = at.next(parser)) {
      String name = at.name();
      parser.nextToken();
      switch (name) {
        case "score" -> {
          score = number(parser);
          scored = true;
        }
        case "scoreError" -> {
          error = number(parser);
          errorGiven = true;
        }
        case "scoreUnit" -> unit = wordOrNothing(parser, name);
        case "rawData" -> {
          // JMH writes the error before the data.
          if (keepSamples) {
            samples = samples(parser);
            spread = errorGiven ? Double.NaN : Spread.ofMean(samples.all());
          } else if (!errorGiven) {
            spread = spread(parser);
          } else {
            parser.skipChildren();
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (!scored) {
      throw mismatch(parser, metric + " must have a score");
    }
    return new MetricValue(score, errorGiven ? error : spread, unit, samples);
  }

  private Samples samples(JsonParser parser) throws IOException {
    List<double[]> forks = new ArrayList<>();
    expectArray(parser);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      // Reading may replace the field, so it comes first.
      int count = numbers(parser, 0);
      forks.add(Arrays.copyOf(numbers, count));
    }
    return Samples.keeping(forks.toArray(double[][]::new));
  }

  /** The error that JMH would have written, of samples that nobody keeps. */
  private double spread(JsonParser parser) throws IOException {
    int count = 0;
    expectArray(parser);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      count = numbers(parser, count);
    }
    return Spread.ofMean(numbers, count);
  }

  /** Puts one fork's values into {@link #numbers} from there on; says where they end. */
  private int numbers(JsonParser parser, int from) throws IOException {
    int count = from;
    expectArray(parser);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = number(parser);
    }
    return count;
  }

  /** A number as JMH writes it: NaN and the infinities are strings. */
  private double number(JsonParser parser) throws IOException {
    if (parser.currentToken().isNumeric()) {
      return parser.getDoubleValue();
    }
    String word = parser.currentToken() == JsonToken.VALUE_STRING ? word(parser, "number") : "";
    return switch (word) {
      case "NaN" -> Double.NaN;
      case "+INF" -> Double.POSITIVE_INFINITY;
      case "-INF" -> Double.NEGATIVE_INFINITY;
      default -> throw mismatch(parser, "expected a number or one of \"NaN\", \"+INF\", \"-INF\"");
    };
  }

  private Map<String, String> words(JsonParser parser, String what, NamePath start)
      throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return Map.of();
    }
    expectObject(parser, what);
    words.clear();
    NamePath path = start;
    for (NamePath at = path.next(parser); at != null; at = at.next(parser)) {
      parser.nextToken();
      words.add(word(parser, at.name()));
      path = at;
    }
    return new SharedKeyMap<>(path.keys(), words.toArray(String[]::new));
  }

  private String wordOrNothing(JsonParser parser, String what) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NULL ? "" : word(parser, what);
  }

  private String word(JsonParser parser, String what) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      throw new IllegalArgumentException(what + " is null");
    }
    if (!token.isScalarValue()) {
      throw mismatch(parser, what + " must be a string");
    }
    return strings.of(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
  }

  private Outcome outcome(JsonParser parser) throws IOException {
    String id = word(parser, "outcome");
    for (Outcome outcome : OUTCOMES) {
      if (outcome.id().equals(id)) {
        return outcome;
      }
    }
    throw mismatch(parser, "'" + id + "' is no outcome");
  }

  private static void expectObject(JsonParser parser, String what) throws IOException {
    if (!parser.isExpectedStartObjectToken()) {
      throw mismatch(parser, what + " must be an object");
    }
  }

  private static void expectArray(JsonParser parser) throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      throw mismatch(parser, "rawData must be arrays of numbers, one array a fork");
    }
  }

  /** Has the place in it. */
  private static MismatchedInputException mismatch(JsonParser parser, String what) {
    return MismatchedInputException.from(parser, ResultRow.class, what);
  }

  private static <V> V present(String name, @Nullable V value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }
}
