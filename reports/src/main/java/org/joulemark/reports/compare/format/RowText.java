package org.joulemark.reports.compare.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.joulemark.reports.compare.HardwareComparison;
import org.joulemark.reports.compare.Judgement;
import org.joulemark.reports.compare.RowComparison;
import org.joulemark.reports.table.Quantity;
import org.joulemark.reports.table.SummaryTable;
import org.joulemark.reports.text.Escape;
import org.jspecify.annotations.Nullable;

/** The cells of a compared row, before they are escaped. */
final class RowText {
  /** Titles of the cells. */
  static final List<String> HEADER =
      List.of(
          "configuration",
          "time A",
          "time B",
          "change",
          "time",
          "J/op A",
          "J/op B",
          "change",
          "energy");

  private static final String ABSENT = "–";

  /** Up to so many rows with the same reason are named. */
  private static final int FEW = 3;

  private RowText() {}

  /** Each row with its short name: the parameters in which the rows of its benchmark differ. */
  static Map<RowComparison, String> shortNames(HardwareComparison part) {
    Map<String, List<RowComparison>> benchmarks = new LinkedHashMap<>();
    part.rows()
        .forEach(
            row -> benchmarks.computeIfAbsent(row.benchmark(), b -> new ArrayList<>()).add(row));
    Map<RowComparison, String> names = new LinkedHashMap<>();
    for (RowComparison row : part.rows()) {
      Set<String> varying = varying(benchmarks.getOrDefault(row.benchmark(), List.of()));
      names.put(row, name(row, varying));
    }
    return names;
  }

  /** A name that stays the same whatever else is measured: the benchmark and every parameter. */
  static String fullName(RowComparison row) {
    return name(row, new TreeMap<>(row.params()).keySet());
  }

  private static String name(RowComparison row, Set<String> parameters) {
    return SummaryTable.shortName(row.benchmark())
        + parameters.stream()
            .filter(parameter -> row.params().containsKey(parameter))
            .map(parameter -> " " + parameter + "=" + row.params().get(parameter))
            .collect(Collectors.joining());
  }

  private static Set<String> varying(List<RowComparison> rows) {
    Map<String, Set<String>> values = new LinkedHashMap<>();
    for (RowComparison row : rows) {
      row.params()
          .forEach(
              (name, value) -> values.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(value));
    }
    return values.entrySet().stream()
        .filter(
            entry ->
                entry.getValue().size() > 1
                    || rows.stream().anyMatch(row -> !row.params().containsKey(entry.getKey())))
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The row's cells under {@link #HEADER}. */
  static List<String> cells(String name, RowComparison row) {
    List<String> cells = new ArrayList<>(List.of(name));
    if (row.broken().isEmpty()) {
      addCells(cells, row.time(), "");
      addCells(cells, row.energy(), row.energyKind());
    } else {
      cells.addAll(List.of(ABSENT, ABSENT, ABSENT, "gone", ABSENT, ABSENT, ABSENT, "gone"));
    }
    return cells;
  }

  private static void addCells(List<String> cells, @Nullable Judgement judgement, String kind) {
    if (judgement == null) {
      cells.addAll(List.of(ABSENT, ABSENT, ABSENT, ABSENT));
      return;
    }
    String unit = judgement.question().quantity().unit();
    cells.add(Quantity.format(median(judgement.question().before()), unit));
    cells.add(Quantity.format(median(judgement.question().after()), unit));
    cells.add(change(judgement));
    String word = judgement.question().quantity().word(judgement.verdict());
    cells.add(kind.isEmpty() || kind.equals("measured") ? word : word + " (" + kind + ")");
  }

  /** The change with its interval, in percent. */
  static String change(Judgement judgement) {
    return Double.isNaN(judgement.change())
        ? ABSENT
        : String.format(
            Locale.ROOT,
            "%+.1f %% [%+.1f, %+.1f]",
            100 * judgement.change(),
            100 * judgement.low(),
            100 * judgement.high());
  }

  /** Median over forks, as the change is one too; NaN without any. */
  static double median(List<Double> forks) {
    double[] sorted = forks.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Reasons with the rows that have them: many rows with one reason take one line. */
  static List<String> reasons(Map<RowComparison, String> names) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    names.forEach(
        (row, name) ->
            reasons(row)
                .forEach(
                    reason -> byReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(name)));
    List<String> lines = new ArrayList<>();
    byReason.forEach(
        (reason, rows) -> {
          if (rows.size() > FEW) {
            lines.add(rows.size() + " configurations: " + reason);
          } else {
            rows.forEach(row -> lines.add(Escape.shown(row) + ": " + reason));
          }
        });
    return lines;
  }

  /** Why the row is what it is, a sentence part for each quantity that needs one. */
  private static List<String> reasons(RowComparison row) {
    List<String> reasons = new ArrayList<>();
    if (!row.broken().isEmpty()) {
      reasons.add(row.broken());
    }
    for (Judgement judgement : row.judgements()) {
      if (!judgement.reason().isEmpty()) {
        reasons.add(judgement.question().quantity().id() + ": " + judgement.reason());
      }
    }
    return reasons;
  }
}
