package org.joulemark.reports.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.OperationTime;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.result.TimeUnits;

/**
 * The table at the end of a run: one row a configuration with the parameters that vary, then what
 * could not be measured and why.
 */
public final class SummaryTable {
  private static final Map<String, String> KIND_MEANINGS =
      new java.util.TreeMap<>(
          Map.of(
              "measured",
              "read from a hardware counter; ± is repeatability, not the sensor's gain error.",
              "integrated",
              "power readings summed over time; ± is repeatability, not the sensor's gain error.",
              "modelled",
              "no sensor here, so watts per busy processor stand in for one; compare it with nothing"
                  + " that was measured.",
              "none",
              "no energy; the journal says why."));

  private SummaryTable() {}

  /** The table of {@code rows} in their order; empty rows give an empty text. */
  public static String render(List<ResultRow> rows) {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    Map<String, List<ResultRow>> benchmarks = new LinkedHashMap<>();
    for (ResultRow row : rows) {
      benchmarks.computeIfAbsent(row.benchmark(), name -> new ArrayList<>()).add(row);
    }
    for (List<ResultRow> benchmark : benchmarks.values()) {
      appendBenchmark(text, benchmark);
    }
    appendEnergyKinds(text, rows.stream().filter(row -> row.outcome() == Outcome.OK).toList());
    appendOthers(text, benchmarks, Outcome.UNSUPPORTED, "Unsupported here");
    appendOthers(text, benchmarks, Outcome.FAILED, "Failed");
    return text.toString();
  }

  /** A table of its own for each benchmark, because each has parameters of its own. */
  private static void appendBenchmark(StringBuilder text, List<ResultRow> rows) {
    List<ResultRow> measured = rows.stream().filter(row -> row.outcome() == Outcome.OK).toList();
    Set<String> varying = varyingParameters(rows);
    if (!measured.isEmpty()) {
      text.append(measuredTable(measured, varying).render());
    }
    appendConstants(text, rows, varying);
    text.append('\n');
  }

  /**
   * Time of one operation for people: seconds with a prefix, also where JMH gave operations a unit
   * of time; its own figure in a unit that is neither.
   */
  public static String time(ResultRow row) {
    MetricValue time = OperationTime.of(row);
    return TimeUnits.toSecondsPerOperation(time.unit())
        .map(
            toSeconds -> {
              double seconds = toSeconds.applyAsDouble(time.value());
              // A rate and the time that it stands for have the same relative error.
              return Quantity.formatPair(seconds, seconds * time.error() / time.value(), "s");
            })
        .orElseGet(() -> Quantity.formatPair(time.value(), time.error(), time.unit()));
  }

  /** Last two parts of a benchmark's full name. */
  public static String shortName(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    int type = benchmark.lastIndexOf('.', method - 1);
    return benchmark.substring(type + 1);
  }

  /** The parameters in which {@code rows} differ, in the rows' own order. */
  public static Set<String> varyingParameters(List<ResultRow> rows) {
    Map<String, Set<String>> values = new LinkedHashMap<>();
    for (ResultRow row : rows) {
      row.params()
          .forEach(
              (name, value) -> values.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(value));
    }
    Set<String> varying = new LinkedHashSet<>();
    values.forEach(
        (name, seen) -> {
          boolean everywhere = rows.stream().allMatch(row -> row.params().containsKey(name));
          if (seen.size() > 1 || !everywhere) {
            varying.add(name);
          }
        });
    return varying;
  }

  private static TextTable measuredTable(List<ResultRow> rows, Set<String> varying) {
    List<String> header = new ArrayList<>(List.of("benchmark"));
    header.addAll(varying);
    header.addAll(
        List.of("time/op", "GFLOP/s", "J/op", "score", "EOR 1/Wh", "TWEOR 1/(Wh·s)", "energy"));
    boolean scoresHaveKinds = rows.stream().anyMatch(row -> !row.scoreKind().isEmpty());
    if (scoresHaveKinds) {
      header.add("score from");
    }
    TextTable table = new TextTable(header, 1 + varying.size());
    for (ResultRow row : rows) {
      List<String> cells = new ArrayList<>(List.of(shortName(row.benchmark())));
      varying.forEach(name -> cells.add(row.params().getOrDefault(name, "")));
      cells.add(time(row));
      cells.add(gigaFlops(row.metric("flop.rate").value()));
      cells.add(
          Quantity.formatPair(
              row.metric("energy").value(), row.metric("energy.uncertainty").value(), "J"));
      cells.add(score(row));
      cells.add(Quantity.format(row.metric("eor").value(), ""));
      cells.add(Quantity.format(row.metric("tweor").value(), ""));
      cells.add(energyCell(row));
      if (scoresHaveKinds) {
        cells.add(row.scoreKind());
      }
      table.add(cells);
    }
    return table;
  }

  private static String energyCell(ResultRow row) {
    String status = row.notes().getOrDefault("energy.status", "ok");
    return status.equals("ok") || !Double.isNaN(row.metric("energy").value())
        ? row.energyKind()
        : status;
  }

  private static String gigaFlops(double flopsPerSecond) {
    return Double.isFinite(flopsPerSecond)
        ? String.format(java.util.Locale.ROOT, "%,.1f", flopsPerSecond / 1e9)
        : "–";
  }

  /** A score for people: a fraction that is never under a prefix. */
  public static String score(ResultRow row) {
    double score = row.metric("score").value();
    return Double.isFinite(score) ? String.format(java.util.Locale.ROOT, "%.5f", score) : "–";
  }

  private static void appendConstants(
      StringBuilder text, List<ResultRow> rows, Set<String> varying) {
    List<String> constants = new ArrayList<>();
    rows.get(0)
        .params()
        .forEach(
            (name, value) -> {
              if (!varying.contains(name)) {
                constants.add(name + "=" + value);
              }
            });
    if (!constants.isEmpty()) {
      text.append("The same in every row: ").append(String.join(" ", constants)).append('\n');
    }
  }

  /** What the kinds in the last column mean, for those that are in the table. */
  private static void appendEnergyKinds(StringBuilder text, List<ResultRow> measured) {
    Set<String> kinds = new LinkedHashSet<>();
    measured.forEach(row -> kinds.add(row.energyKind()));
    for (Map.Entry<String, String> kind : KIND_MEANINGS.entrySet()) {
      if (kinds.contains(kind.getKey())) {
        text.append("Energy ")
            .append(kind.getKey())
            .append(": ")
            .append(kind.getValue())
            .append('\n');
      }
    }
  }

  private static void appendOthers(
      StringBuilder text, Map<String, List<ResultRow>> benchmarks, Outcome outcome, String title) {
    boolean titled = false;
    for (List<ResultRow> rows : benchmarks.values()) {
      Set<String> varying = varyingParameters(rows);
      for (ResultRow row : rows) {
        if (row.outcome() == outcome) {
          text.append(titled ? "" : "\n" + title + ":\n");
          titled = true;
          appendOther(text, row, varying);
        }
      }
    }
  }

  private static void appendOther(StringBuilder text, ResultRow row, Set<String> varying) {
    text.append("  ").append(shortName(row.benchmark()));
    for (String name : varying) {
      if (row.params().containsKey(name)) {
        text.append(' ').append(name).append('=').append(row.params().get(name));
      }
    }
    text.append(": ").append(row.reason()).append('\n');
  }
}
