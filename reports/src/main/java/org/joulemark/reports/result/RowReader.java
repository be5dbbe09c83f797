package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.joulemark.harness.journal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Reads journal entries and JMH's results where a cursor stands. Written out instead of bound by
 * annotations, because a big file has millions of numbers and as many of words that nobody here
 * reads. Not thread-safe; what it returns is immutable.
 */
final class RowReader {
  /** Makes the parsers. */
  static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

  private static final Map<String, Outcome> OUTCOMES =
      Arrays.stream(Outcome.values()).collect(Collectors.toMap(Outcome::id, Function.identity()));

  private static final String NO_ARRAY = "rawData must be arrays of numbers, one array a fork";

  private final boolean iterations;
  private final NamePath entries = NamePath.start();
  private final NamePath paramNames = NamePath.start();
  private final NamePath noteNames = NamePath.start();
  private final NamePath resultNames = NamePath.start();
  private final NamePath metricNames = NamePath.start();
  private final NamePath metricParts = NamePath.start();
  private String[] words = new String[64];
  private MetricValue[] values = new MetricValue[64];
  private double[] numbers = new double[64];

  /**
   * A reader with its own memory of names.
   *
   * @param iterations whether the secondary metrics keep their {@link Samples}
   */
  RowReader(boolean iterations) {
    this.iterations = iterations;
  }

  /**
   * The journal entry that the cursor stands at.
   *
   * @throws IOException if it is none
   * @throws IllegalArgumentException if a part is missing or null
   */
  JournalLine line(JsonCursor cursor) throws IOException {
    String benchmark = null;
    Map<String, String> params = null;
    Outcome outcome = null;
    String reason = "";
    String startedAt = "";
    Map<String, String> notes = Map.of();
    List<JmhResult> results = List.of();
    cursor.enterObject("a journal entry");
    for (NamePath at = cursor.next(entries); at != null; at = cursor.next(at)) {
      String name = at.name();
      switch (name) {
        case "benchmark" -> benchmark = cursor.word(name);
        case "params" -> params = words(cursor, name, paramNames);
        case "outcome" -> outcome = outcome(cursor);
        case "reason" -> reason = wordOrNothing(cursor, name);
        case "startedAt" ->
            // Every entry has its own, which would only displace others from the cache.
            startedAt = cursor.rareWord();
        case "notes" -> notes = words(cursor, name, noteNames);
        case "results" -> results = results(cursor);
        default -> cursor.skip();
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
   * The result that the cursor stands at.
   *
   * @throws IOException if it is none of JMH's
   * @throws IllegalArgumentException if a part is missing or null
   */
  JmhResult result(JsonCursor cursor) throws IOException {
    String benchmark = null;
    String mode = "";
    Map<String, String> params = Map.of();
    MetricValue primary = null;
    Map<String, MetricValue> metrics = Map.of();
    cursor.enterObject("a result");
    for (NamePath at = cursor.next(resultNames); at != null; at = cursor.next(at)) {
      String name = at.name();
      switch (name) {
        case "benchmark" -> benchmark = cursor.word(name);
        case "mode" -> mode = wordOrNothing(cursor, name);
        case "params" -> params = words(cursor, name, paramNames);
        case "primaryMetric" -> primary = metric(cursor, name, true);
        case "secondaryMetrics" -> metrics = metrics(cursor);
        default -> cursor.skip();
      }
    }
    return new JmhResult(
        present("benchmark", benchmark), mode, params, present("primaryMetric", primary), metrics);
  }

  private List<JmhResult> results(JsonCursor cursor) throws IOException {
    if (cursor.passNull()) {
      return List.of();
    }
    cursor.enterArray("results must be an array");
    List<JmhResult> results = new ArrayList<>(1);
    while (cursor.hasNext()) {
      results.add(result(cursor));
    }
    return results;
  }

  private Map<String, MetricValue> metrics(JsonCursor cursor) throws IOException {
    if (cursor.passNull()) {
      return Map.of();
    }
    cursor.enterObject("secondaryMetrics");
    int count = 0;
    NamePath path = metricNames;
    for (NamePath at = cursor.next(path); at != null; at = cursor.next(at)) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = metric(cursor, at.name(), iterations);
      path = at;
    }
    MetricValue[] own = new MetricValue[count];
    System.arraycopy(values, 0, own, 0, count);
    return new SharedKeyMap<>(path.keys(), own);
  }

  /** JMH's object of a metric. An error that it leaves out is computed as JMH does. */
  private MetricValue metric(JsonCursor cursor, String metric, boolean keepSamples)
      throws IOException {
    boolean scored = false;
    boolean errorGiven = false;
    double score = Double.NaN;
    double error = Double.NaN;
    String unit = "";
    double spread = Double.NaN;
    Samples samples = Samples.NONE;
    cursor.enterObject(metric);
    for (NamePath at = cursor.next(metricParts); at != null; at = cursor.next(at)) {
      String name = at.name();
      switch (name) {
        case "score" -> {
          score = cursor.number();
          scored = true;
        }
        case "scoreError" -> {
          error = cursor.number();
          errorGiven = true;
        }
        case "scoreUnit" -> unit = wordOrNothing(cursor, name);
        case "rawData" -> {
          // JMH writes the error before the data.
          if (keepSamples) {
            samples = samples(cursor);
            spread = errorGiven ? Double.NaN : Spread.ofMean(samples.all());
          } else if (!errorGiven) {
            spread = spread(cursor);
          } else {
            cursor.skip();
          }
        }
        default -> cursor.skip();
      }
    }
    if (!scored) {
      throw cursor.mismatch(metric + " must have a score");
    }
    return new MetricValue(score, errorGiven ? error : spread, unit, samples);
  }

  private Samples samples(JsonCursor cursor) throws IOException {
    List<double[]> forks = new ArrayList<>();
    cursor.enterArray(NO_ARRAY);
    while (cursor.hasNext()) {
      // Reading may replace the field, so it comes first.
      int count = numbers(cursor, 0);
      forks.add(Arrays.copyOf(numbers, count));
    }
    return Samples.keeping(forks.toArray(new double[forks.size()][]));
  }

  /** The error that JMH would have written, of samples that nobody keeps. */
  private double spread(JsonCursor cursor) throws IOException {
    int count = 0;
    cursor.enterArray(NO_ARRAY);
    while (cursor.hasNext()) {
      count = numbers(cursor, count);
    }
    return Spread.ofMean(numbers, count);
  }

  /** Puts one fork's values into {@link #numbers} from there on; says where they end. */
  private int numbers(JsonCursor cursor, int from) throws IOException {
    int count = from;
    cursor.enterArray(NO_ARRAY);
    while (cursor.hasNext()) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = cursor.number();
    }
    return count;
  }

  private Map<String, String> words(JsonCursor cursor, String what, NamePath start)
      throws IOException {
    if (cursor.passNull()) {
      return Map.of();
    }
    cursor.enterObject(what);
    int count = 0;
    NamePath path = start;
    for (NamePath at = cursor.next(path); at != null; at = cursor.next(at)) {
      if (count == words.length) {
        words = Arrays.copyOf(words, 2 * count);
      }
      words[count++] = cursor.word(at.name());
      path = at;
    }
    String[] own = new String[count];
    System.arraycopy(words, 0, own, 0, count);
    return new SharedKeyMap<>(path.keys(), own);
  }

  private String wordOrNothing(JsonCursor cursor, String what) throws IOException {
    return cursor.passNull() ? "" : cursor.word(what);
  }

  private Outcome outcome(JsonCursor cursor) throws IOException {
    String id = cursor.word("outcome");
    Outcome outcome = OUTCOMES.get(id);
    if (outcome == null) {
      throw cursor.mismatch("'" + id + "' is no outcome");
    }
    return outcome;
  }

  private static <V> V present(String name, @Nullable V value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }
}
