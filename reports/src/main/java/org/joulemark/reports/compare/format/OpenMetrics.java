package org.joulemark.reports.compare.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.joulemark.reports.compare.ComparedQuantity;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.HardwareComparison;
import org.joulemark.reports.compare.Judgement;
import org.joulemark.reports.compare.RowComparison;
import org.joulemark.reports.compare.Verdict;
import org.joulemark.reports.text.Escape;

/**
 * A comparison in the OpenMetrics text format, version 1.0: run B's time and energy, the change
 * from run A with its interval, and the verdicts as a state set.
 */
final class OpenMetrics {
  private static final String VERDICT = "joulemark_verdict";

  private final StringBuilder text = new StringBuilder();
  private final List<Series> series = new ArrayList<>();

  private OpenMetrics() {}

  static String render(Comparison comparison) {
    OpenMetrics metrics = new OpenMetrics();
    for (HardwareComparison part : comparison.hardware()) {
      for (RowComparison row : part.rows()) {
        for (Judgement judgement : row.judgements()) {
          metrics.series.add(new Series(labels(part, row), judgement));
        }
      }
    }
    metrics.values(ComparedQuantity.TIME, "joulemark_operation_seconds", "seconds");
    metrics.values(ComparedQuantity.ENERGY, "joulemark_operation_joules", "joules");
    if (comparison.blocking().isEmpty()) {
      metrics.changes();
      metrics.verdicts();
    }
    return metrics.text.append("# EOF\n").toString();
  }

  private void values(ComparedQuantity quantity, String family, String unit) {
    head(family, "gauge", unit, "Median of one operation over the forks of run B.");
    for (Series one : series) {
      if (one.judgement.question().quantity() == quantity) {
        sample(family, one.labels, RowText.median(one.judgement.question().after()));
      }
    }
  }

  private void changes() {
    change("joulemark_change_ratio", "Ratio of run B to run A.", Judgement::change);
    change(
        "joulemark_change_low_ratio",
        "Lower bound of the ratio of run B to run A.",
        Judgement::low);
    change(
        "joulemark_change_high_ratio",
        "Upper bound of the ratio of run B to run A.",
        Judgement::high);
  }

  private void change(String family, String help, ToDoubleFunction<Judgement> value) {
    head(family, "gauge", "ratio", help);
    for (Series one : series) {
      sample(family, one.withQuantity(), 1 + value.applyAsDouble(one.judgement));
    }
  }

  private void verdicts() {
    head(VERDICT, "stateset", "", "What became of a quantity from run A to run B.");
    for (Series one : series) {
      for (Verdict verdict : Verdict.values()) {
        String state = one.withQuantity() + "," + VERDICT + "=\"" + verdict.id() + "\"";
        sample(VERDICT, state, one.judgement.verdict() == verdict ? 1 : 0);
      }
    }
  }

  private void head(String family, String type, String unit, String help) {
    text.append("# TYPE ").append(family).append(' ').append(type).append('\n');
    if (!unit.isEmpty()) {
      text.append("# UNIT ").append(family).append(' ').append(unit).append('\n');
    }
    text.append("# HELP ").append(family).append(' ').append(help).append('\n');
  }

  private void sample(String family, String labels, double value) {
    text.append(family).append('{').append(labels).append("} ").append(number(value)).append('\n');
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : String.valueOf(value);
  }

  /** The labels of a row: where, what, and each parameter under a name of its own. */
  private static String labels(HardwareComparison part, RowComparison row) {
    StringBuilder labels = new StringBuilder();
    label(labels, "hardware", part.hardware().name());
    label(labels, "driver", part.hardware().driver());
    label(labels, "benchmark", row.benchmark());
    label(labels, "energy_kind", row.energyKind());
    Set<String> taken = new HashSet<>();
    for (Map.Entry<String, String> param : new TreeMap<>(row.params()).entrySet()) {
      String name = "param_" + Escape.labelName(param.getKey());
      while (!taken.add(name)) {
        name += "_";
      }
      label(labels, name, param.getValue());
    }
    return labels.toString();
  }

  private static void label(StringBuilder labels, String name, String value) {
    labels
        .append(labels.isEmpty() ? "" : ",")
        .append(name)
        .append("=\"")
        .append(Escape.label(value))
        .append('"');
  }

  private record Series(String labels, Judgement judgement) {
    String withQuantity() {
      return labels + ",quantity=\"" + judgement.question().quantity().id() + "\"";
    }
  }
}
