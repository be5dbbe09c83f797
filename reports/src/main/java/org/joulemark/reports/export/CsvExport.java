package org.joulemark.reports.export;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.view.NumberColumn;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.TextColumn;

/**
 * The table as CSV (RFC 4180): a line a row; for each number a column with its unit in the head and
 * one with its error. An unknown number is an empty cell.
 */
public final class CsvExport {
  private CsvExport() {}

  /**
   * Writes {@code table}; does not close {@code out}.
   *
   * @throws IOException if {@code out} does not take it
   */
  public static void write(ReportTable table, Writer out) throws IOException {
    CSVPrinter csv = new CSVPrinter(out, CSVFormat.RFC4180);
    csv.printRecord(header(table));
    for (ReportRow row : table.rows()) {
      csv.printRecord(cells(table, row));
    }
    csv.flush();
  }

  private static List<String> header(ReportTable table) {
    List<String> header = new ArrayList<>(List.of("row", "file", "place"));
    table.identity().forEach(column -> header.add(column.name()));
    table.params().forEach(column -> header.add("param " + column.name()));
    for (NumberColumn column : table.numbers()) {
      String name = column.name() + " [" + column.unit() + "]";
      header.add(name);
      header.add(name + " ±");
    }
    table.notes().forEach(column -> header.add("note " + column.name()));
    return header;
  }

  private static List<String> cells(ReportTable table, ReportRow row) {
    List<String> cells = new ArrayList<>();
    cells.add(String.valueOf(row.number()));
    cells.add(row.file().file().toString());
    cells.add(String.valueOf(row.located().place()));
    addTexts(cells, table.identity(), row);
    addTexts(cells, table.params(), row);
    for (NumberColumn column : table.numbers()) {
      MetricValue value = column.cell().apply(row);
      cells.add(number(value.value()));
      cells.add(number(value.error()));
    }
    addTexts(cells, table.notes(), row);
    return cells;
  }

  private static void addTexts(List<String> cells, List<TextColumn> columns, ReportRow row) {
    columns.forEach(column -> cells.add(column.cell().apply(row)));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : String.valueOf(value);
  }
}
