package org.joulemark.reports.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.joulemark.reports.footprint.Footprint;
import org.joulemark.reports.table.TextTable;

/** Whole tasks as a table for a terminal, and where their scores come from. */
public final class TaskTable {
  private static final double SMALL = 1e-4;

  private TaskTable() {}

  /**
   * The table; empty for no results.
   *
   * @param footprint carbon and money as further columns
   */
  public static String render(List<TaskResult> results, Footprint footprint) {
    if (results.isEmpty()) {
      return "";
    }
    List<String> header =
        new ArrayList<>(
            List.of("task", "model", "strategy", "batch", "depth", "items", "Wh/task", "hours"));
    header.addAll(List.of("score", "EOR 1/Wh", "TWEOR 1/(Wh·s)"));
    if (footprint.hasCarbon()) {
      header.add("g CO2e");
    }
    if (footprint.hasPrice()) {
      header.add("cost");
    }
    header.addAll(List.of("energy", "score from"));
    TextTable table = new TextTable(header, 3);
    Map<String, Integer> sources = new LinkedHashMap<>();
    for (TaskResult result : results) {
      int source = sources.computeIfAbsent(result.scoreSource(), key -> sources.size() + 1);
      table.add(cells(result, footprint, source));
    }
    StringBuilder text = new StringBuilder("Whole tasks:\n").append(table.render());
    sources.forEach(
        (source, number) ->
            text.append('[').append(number).append("] ").append(source).append('\n'));
    text.append(
        "Wh/task ± half of the 95 % interval: scatter, windows and sample; items: those that were carried"
            + " out, in place of all of the task.\n");
    if (results.stream().anyMatch(result -> result.depth().equals("layer"))) {
      text.append("depth layer: one layer was measured and taken times the model's layers.\n");
    }
    String reckoned = footprint.describe();
    return text.append(reckoned).append(reckoned.isEmpty() ? "" : "\n").toString();
  }

  private static List<String> cells(TaskResult result, Footprint footprint, int source) {
    List<String> cells = new ArrayList<>();
    cells.add(result.task());
    cells.add(result.modelTitle());
    cells.add(result.strategy());
    cells.add(result.batch());
    cells.add(result.depth());
    cells.add(result.items());
    cells.add(energy(result.wattHours()));
    cells.add(number(result.hours()));
    cells.add(
        Double.isFinite(result.score()) ? String.format(Locale.ROOT, "%.4f", result.score()) : "–");
    cells.add(number(result.eor()));
    cells.add(number(result.tweor()));
    if (footprint.hasCarbon()) {
      cells.add(number(footprint.grams(result.wattHours().value())));
    }
    if (footprint.hasPrice()) {
      cells.add(number(footprint.price(result.wattHours().value())));
    }
    cells.add(result.energyKind());
    cells.add("[" + source + "]");
    return cells;
  }

  /** Watt-hours with their interval, to a tenth of a percent: {@code 12.34 ± 0.02}. */
  public static String energy(Interval wattHours) {
    if (!Double.isFinite(wattHours.value())) {
      return "–";
    }
    int decimals = decimals(wattHours.value());
    String value = String.format(Locale.ROOT, "%." + decimals + "f", wattHours.value());
    return Double.isFinite(wattHours.halfWidth())
        ? value + String.format(Locale.ROOT, " ± %." + decimals + "f", wattHours.halfWidth())
        : value;
  }

  /** Four digits; a power of ten where there would be many zeros. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    return value != 0 && Math.abs(value) < SMALL
        ? String.format(Locale.ROOT, "%.3e", value)
        : String.format(Locale.ROOT, "%." + decimals(value) + "f", value);
  }

  /** As many that four digits are shown. */
  private static int decimals(double value) {
    double magnitude = Math.abs(value);
    return magnitude == 0
        ? 1
        : Math.max(0, Math.min(9, 3 - (int) Math.floor(Math.log10(magnitude))));
  }
}
