package org.joulemark.reports.view;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.joulemark.harness.metrics.Metrics;
import org.joulemark.reports.result.LocatedRow;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.OperationTime;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.result.ResultSet;
import org.joulemark.reports.result.RowEnvironment;
import org.joulemark.reports.result.Samples;
import org.joulemark.reports.result.TimeUnits;

/**
 * Every row of a result set under the same columns. A metric that comes in two units has a column
 * for each; the kinds of the energy figures and of the score are columns of words.
 *
 * @param results where the rows come from
 * @param rows in the order of the inputs
 * @param identity which result a row is: hardware, benchmark, outcome, kinds of energy and score
 * @param params a column for each parameter of any row, under its name
 * @param numbers time first, then the metrics in the order of {@link MetricInfo}, then the others
 * @param notes a column for each fact in words of any row, under its name
 */
public record ReportTable(
    ResultSet results,
    List<ReportRow> rows,
    List<TextColumn> identity,
    List<TextColumn> params,
    List<NumberColumn> numbers,
    List<TextColumn> notes) {
  /** Their units say the kinds, which are columns of their own. */
  private static final Set<String> KIND_METRICS = Set.of("energy.kind", "score.kind");

  private static final List<TextColumn> IDENTITY =
      List.of(
          new TextColumn("hardware", row -> row.hardware().name()),
          new TextColumn("benchmark", row -> shortBenchmark(row.result().benchmark())),
          new TextColumn("energy kind", row -> row.result().energyKind()),
          new TextColumn("score kind", row -> row.result().scoreKind()),
          new TextColumn("outcome", row -> row.result().outcome().id()),
          new TextColumn("reason", row -> row.result().reason()),
          new TextColumn("mode", row -> row.result().mode()),
          new TextColumn("started at", row -> row.result().startedAt()));

  /** The table of {@code results}. */
  public static ReportTable of(ResultSet results) {
    List<ReportRow> rows = rows(results);
    Set<String> params = new LinkedHashSet<>();
    Set<String> notes = new TreeSet<>();
    Map<String, Set<String>> metrics = new HashMap<>();
    Set<String> primaryUnits = new LinkedHashSet<>();
    // Thousands of rows share their keys, as one object.
    Set<Set<String>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    IdentityHashMap<Set<String>, String[]> unitsOf = new IdentityHashMap<>();
    for (ReportRow row : rows) {
      ResultRow result = row.result();
      if (seen.add(result.params().keySet())) {
        params.addAll(result.params().keySet());
      }
      if (seen.add(result.notes().keySet())) {
        notes.addAll(result.notes().keySet());
      }
      String[] lastUnits =
          unitsOf.computeIfAbsent(result.metrics().keySet(), names -> new String[names.size()]);
      if (areOther(result.metrics(), lastUnits)) {
        result
            .metrics()
            .forEach(
                (name, value) ->
                    metrics.computeIfAbsent(name, key -> new TreeSet<>()).add(value.unit()));
      }
      primaryUnits.add(result.primary().unit());
    }
    return new ReportTable(
        results,
        rows,
        IDENTITY,
        params.stream()
            .map(name -> new TextColumn(name, row -> row.result().params().getOrDefault(name, "")))
            .toList(),
        numbers(primaryUnits, metrics),
        notes.stream()
            .map(name -> new TextColumn(name, row -> row.result().notes().getOrDefault(name, "")))
            .toList());
  }

  /** Whether a unit is another than the last one of its metric; remembers them. */
  private static boolean areOther(Map<String, MetricValue> metrics, String[] lastUnits) {
    boolean others = false;
    int place = 0;
    for (MetricValue value : metrics.values()) {
      if (!value.unit().equals(lastUnits[place])) {
        lastUnits[place] = value.unit();
        others = true;
      }
      place++;
    }
    return others;
  }

  /** {@code GemmBenchmark.gemm} without package, and without the word that all of them end in. */
  private static String shortBenchmark(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    String type =
        benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1, Math.max(method, 0));
    String common = "Benchmark";
    return (type.endsWith(common) ? type.substring(0, type.length() - common.length()) : type)
        + benchmark.substring(Math.max(method, 0));
  }

  private static List<ReportRow> rows(ResultSet results) {
    List<ReportRow> rows = new ArrayList<>(results.rowCount());
    int fileNumber = 0;
    for (ResultFile file : results.files()) {
      fileNumber++;
      // Thousands of rows of one file share a few.
      Map<List<String>, Hardware> known = new HashMap<>();
      for (LocatedRow located : file.rows()) {
        ResultRow row = located.row();
        Hardware hardware =
            known.computeIfAbsent(
                whatHardwareDependsOn(row),
                key -> Hardware.of(row, RowEnvironment.of(row, file.environment())));
        rows.add(new ReportRow(rows.size() + 1, file, fileNumber, located, hardware));
      }
    }
    return List.copyOf(rows);
  }

  /** What tells the hardware of two rows of one file apart. */
  private static List<String> whatHardwareDependsOn(ResultRow row) {
    return List.of(
        row.params().getOrDefault("engine", ""),
        RowEnvironment.noted(row, RowEnvironment.DEVICE_NAME).orElse(""));
  }

  private static List<NumberColumn> numbers(
      Set<String> primaryUnits, Map<String, Set<String>> metrics) {
    Map<String, NumberColumn> columns = new LinkedHashMap<>();
    for (String unit : primaryUnits) {
      if (TimeUnits.isTime(unit)) {
        add(columns, "time", TimeUnits.SECONDS_PER_OPERATION, ReportTable::time);
      } else if (!unit.isEmpty()) {
        add(columns, "primary", unit, row -> inUnit(row.result().primary(), unit));
      }
    }
    metrics.forEach(
        (name, units) -> {
          if (!KIND_METRICS.contains(name)) {
            units.forEach(
                unit -> add(columns, name, unit, row -> inUnit(row.result().metric(name), unit)));
          }
        });
    if (metrics.containsKey("flop.rate") && metrics.containsKey("byte.rate")) {
      add(columns, "intensity", "FLOP/B", ReportTable::intensity);
    }
    return columns.values().stream().sorted(byImportance()).toList();
  }

  private static void add(
      Map<String, NumberColumn> columns,
      String name,
      String unit,
      java.util.function.Function<ReportRow, MetricValue> cell) {
    columns.put(name + " " + unit, new NumberColumn(name, unit, cell));
  }

  private static Comparator<NumberColumn> byImportance() {
    List<String> order = MetricInfo.all().stream().map(MetricInfo::name).toList();
    return Comparator.comparingInt(
            (NumberColumn column) ->
                order.contains(column.name()) ? order.indexOf(column.name()) : order.size())
        .thenComparing(NumberColumn::name)
        .thenComparing(NumberColumn::unit);
  }

  private static MetricValue inUnit(MetricValue value, String unit) {
    return value.unit().equals(unit) ? value : MetricValue.NONE;
  }

  private static MetricValue time(ReportRow row) {
    return TimeUnits.inSeconds(OperationTime.of(row.result()));
  }

  private static MetricValue intensity(ReportRow row) {
    double value =
        Metrics.arithmeticIntensity(
            row.result().metric("flop.rate").value(), row.result().metric("byte.rate").value());
    return new MetricValue(value, Double.NaN, "FLOP/B", Samples.NONE);
  }
}
