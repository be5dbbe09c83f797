package org.joulemark.reports.export;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.table.Quantity;
import org.joulemark.reports.table.SummaryTable;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.ReportTable;

/**
 * The report as Markdown: for each benchmark a table of what varies and of the figures that matter,
 * then what could not run and why, and where everything comes from. Every row names its file and
 * place.
 */
public final class MarkdownExport {
  private static final int LONGEST_CELL = 120;

  private MarkdownExport() {}

  /**
   * Writes {@code table}; does not close {@code out}.
   *
   * @param title the first heading
   * @param footer the last line
   * @throws IOException if {@code out} does not take it
   */
  public static void write(String title, String footer, ReportTable table, Writer out)
      throws IOException {
    out.write("# " + text(title) + "\n");
    Map<String, List<ReportRow>> benchmarks = new LinkedHashMap<>();
    for (ReportRow row : table.rows()) {
      benchmarks.computeIfAbsent(row.result().benchmark(), name -> new ArrayList<>()).add(row);
    }
    for (List<ReportRow> rows : benchmarks.values()) {
      writeBenchmark(rows, out);
    }
    writeOthers(table, Outcome.UNSUPPORTED, "Unsupported", out);
    writeOthers(table, Outcome.FAILED, "Failed", out);
    writeSources(table, out);
    out.write("\n" + text(footer) + "\n");
    out.flush();
  }

  private static void writeBenchmark(List<ReportRow> rows, Writer out) throws IOException {
    List<ReportRow> measured =
        rows.stream().filter(row -> row.result().outcome() == Outcome.OK).toList();
    if (measured.isEmpty()) {
      return;
    }
    Set<String> varying =
        SummaryTable.varyingParameters(measured.stream().map(ReportRow::result).toList());
    boolean scoresHaveKinds =
        measured.stream().anyMatch(row -> !row.result().scoreKind().isEmpty());
    List<String> header = new ArrayList<>(List.of("hardware"));
    header.addAll(varying);
    header.addAll(
        List.of("time/op", "FLOP/s", "J/op", "score", "EOR 1/Wh", "TWEOR 1/(Wh·s)", "energy"));
    if (scoresHaveKinds) {
      header.add("score from");
    }
    header.add("row");
    out.write("\n## " + text(SummaryTable.shortName(rows.get(0).result().benchmark())) + "\n\n");
    writeLine(header, out);
    writeLine(
        header.stream()
            .map(name -> header.indexOf(name) <= varying.size() ? "---" : "---:")
            .toList(),
        out);
    for (ReportRow row : measured) {
      writeLine(cells(row, varying, scoresHaveKinds), out);
    }
  }

  private static List<String> cells(ReportRow row, Set<String> varying, boolean scoresHaveKinds) {
    List<String> cells = new ArrayList<>(List.of(text(row.hardware().name())));
    varying.forEach(name -> cells.add(text(row.result().params().getOrDefault(name, ""))));
    cells.add(SummaryTable.time(row.result()));
    cells.add(quantity(row, "flop.rate"));
    cells.add(energy(row));
    cells.add(SummaryTable.score(row.result()));
    cells.add(quantity(row, "eor"));
    cells.add(quantity(row, "tweor"));
    cells.add(text(row.result().energyKind()));
    if (scoresHaveKinds) {
      cells.add(text(row.result().scoreKind()));
    }
    cells.add(row.fileNumber() + ":" + row.located().place());
    return cells;
  }

  /**
   * With the spread of its iterations or, where there are too few, what one reading leaves open.
   */
  private static String energy(ReportRow row) {
    MetricValue energy = row.result().metric("energy");
    double reading = row.result().metric("energy.uncertainty").value();
    boolean ofOneReading =
        Double.isFinite(energy.value())
            && !Double.isFinite(energy.error())
            && Double.isFinite(reading);
    return Quantity.formatPair(energy.value(), ofOneReading ? reading : energy.error(), "J")
        + (ofOneReading ? " (1σ)" : "");
  }

  private static String quantity(ReportRow row, String metric) {
    MetricValue value = row.result().metric(metric);
    return Quantity.formatPair(value.value(), value.error(), "");
  }

  private static void writeOthers(ReportTable table, Outcome outcome, String title, Writer out)
      throws IOException {
    List<ReportRow> others =
        table.rows().stream().filter(row -> row.result().outcome() == outcome).toList();
    if (others.isEmpty()) {
      return;
    }
    out.write("\n## " + title + "\n\n");
    for (ReportRow row : others) {
      out.write(
          "- "
              + text(
                  SummaryTable.shortName(row.result().benchmark())
                      + " "
                      + row.result().params()
                      + " on "
                      + row.hardware().name())
              + ": "
              + text(row.result().reason())
              + "\n");
    }
  }

  private static void writeSources(ReportTable table, Writer out) throws IOException {
    out.write(
        """

        ## Sources

        Energy is `measured` by a hardware counter, `integrated` from power readings, or `modelled`
        where there is no sensor; compare only figures of one kind. EOR and TWEOR are made of it and
        of the score, whose own origin is beside it where it is a task's. ± is half JMH's 99.9 %
        confidence interval; for J/op of fewer than three iterations, the reading's own
        repeatability, one standard deviation of one reading, marked 1σ. The last column names file
        and line (or number of the result in JMH's file):

        """);
    int number = 1;
    for (ResultFile file : table.results().files()) {
      out.write(
          number++
              + ". "
              + text(file.file().toString())
              + (file.cutOff() ? ", the last line of which was cut off" : "")
              + "\n");
    }
    for (Refusal refusal : table.results().refusals()) {
      out.write("- Not read: " + text(refusal.sentence()) + "\n");
    }
  }

  private static void writeLine(List<String> cells, Writer out) throws IOException {
    out.write("| " + String.join(" | ", cells) + " |\n");
  }

  /** Words that Markdown and HTML leave alone, on one line, shortened. */
  private static String text(String words) {
    String line = words.replaceAll("\\s+", " ");
    String shortened = line.length() <= LONGEST_CELL ? line : line.substring(0, LONGEST_CELL) + "…";
    return shortened
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replaceAll("([\\\\`*_\\[\\]|])", "\\\\$1");
  }
}
