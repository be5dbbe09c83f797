package org.joulemark.reports.compare.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.joulemark.reports.compare.ComparedQuantity;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.HardwareComparison;
import org.joulemark.reports.compare.Judgement;
import org.joulemark.reports.compare.RowComparison;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.text.Escape;

/**
 * Run B's values as github-action-benchmark's custom JSON: {@code customSmallerIsBetter} with time
 * and energy, {@code customBiggerIsBetter} with the efficiency metrics. A value that is not finite
 * has no place in JSON and is left out.
 */
final class ActionBenchmark {
  /** Metrics of which more is better. */
  private static final List<String> BIGGER = List.of("eor", "tweor", "token.rate", "flop.rate");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ActionBenchmark() {}

  static String renderSmaller(Comparison comparison) {
    List<Entry> entries = new ArrayList<>();
    for (HardwareComparison part : comparison.hardware()) {
      for (RowComparison row : part.rows()) {
        row.judgements()
            .forEach(
                judgement ->
                    addJudged(
                        entries,
                        name(part, row, judgement.question().quantity().id()),
                        judgement,
                        extra(comparison, row, judgement)));
      }
    }
    return write(entries);
  }

  static String renderBigger(Comparison comparison) {
    List<Entry> entries = new ArrayList<>();
    for (HardwareComparison part : comparison.hardware()) {
      for (RowComparison row : part.rows()) {
        for (String name : BIGGER) {
          MetricValue metric = row.after().metric(name);
          String range = Double.isFinite(metric.error()) ? "± " + number(metric.error()) : "";
          add(
              entries,
              name(part, row, name),
              metric.value(),
              metric.unit(),
              range,
              row.energyKind());
        }
      }
    }
    return write(entries);
  }

  private static void addJudged(
      List<Entry> entries, String name, Judgement judgement, String extra) {
    List<Double> forks = judgement.question().after();
    double least = forks.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    double most = forks.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    add(
        entries,
        name,
        RowText.median(forks),
        judgement.question().quantity().unit() + "/op",
        "± " + number((most - least) / 2),
        extra);
  }

  private static String extra(Comparison comparison, RowComparison row, Judgement judgement) {
    ComparedQuantity quantity = judgement.question().quantity();
    String outcome =
        comparison.blocking().isEmpty()
            ? quantity.word(judgement.verdict()) + " " + RowText.change(judgement)
            : "not compared";
    return outcome
        + ", "
        + judgement.question().after().size()
        + " forks"
        + (quantity == ComparedQuantity.ENERGY ? ", " + row.energyKind() : "");
  }

  private static void add(
      List<Entry> entries, String name, double value, String unit, String range, String extra) {
    if (Double.isFinite(value)) {
      entries.add(new Entry(name, Escape.line(unit), value, range, Escape.line(extra)));
    }
  }

  private static String name(HardwareComparison part, RowComparison row, String quantity) {
    return Escape.line(part.hardware().name() + ": " + RowText.fullName(row) + ": " + quantity);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }

  private static String write(List<Entry> entries) {
    try {
      return JSON.writeValueAsString(entries) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("JSON cannot be written into memory", e);
    }
  }

  /** One entry, with the keys that the action reads. */
  private record Entry(String name, String unit, double value, String range, String extra) {}
}
