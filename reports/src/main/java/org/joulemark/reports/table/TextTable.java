package org.joulemark.reports.table;

import java.util.ArrayList;
import java.util.List;

/** Lines up columns of text for a terminal: the first columns to the left, numbers to the right. */
public final class TextTable {
  private final List<String> header;
  private final int leftAligned;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param header one title a column
   * @param leftAligned how many of the first columns are words
   */
  public TextTable(List<String> header, int leftAligned) {
    this.header = List.copyOf(header);
    this.leftAligned = leftAligned;
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException unless it has a cell for each column
   */
  public void add(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.size() + " cells in a table of " + header.size() + " columns");
    }
    rows.add(List.copyOf(cells));
  }

  /** The table, each line ended, no trailing blanks. */
  public String render() {
    int[] widths = new int[header.size()];
    widen(widths, header);
    rows.forEach(row -> widen(widths, row));
    StringBuilder text = new StringBuilder();
    append(text, widths, header);
    int total = 2 * (widths.length - 1);
    for (int width : widths) {
      total += width;
    }
    text.append("─".repeat(total)).append('\n');
    rows.forEach(row -> append(text, widths, row));
    return text.toString();
  }

  private static void widen(int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], length(cells.get(i)));
    }
  }

  private void append(StringBuilder text, int[] widths, List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      String padding = " ".repeat(widths[i] - length(cell));
      line.append(i == 0 ? "" : "  ");
      line.append(i < leftAligned ? cell + padding : padding + cell);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
