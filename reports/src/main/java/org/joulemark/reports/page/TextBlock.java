package org.joulemark.reports.page;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.TextColumn;

/**
 * A range of rows whose words become indices: first into the words of this range alone, which needs
 * no other range, then into those of all.
 */
final class TextBlock {
  private final int[][] cells;
  private final int from;
  private final int to;
  private final Map<String, Integer> own = new LinkedHashMap<>();
  private int[] places = new int[0];

  /**
   * The rows from {@code from} on, at most {@link ColumnWriter#ROWS_PER_BLOCK}.
   *
   * @param cells by column and row, shared with the other ranges
   * @param rows how many there are in all
   */
  TextBlock(int[][] cells, int from, int rows) {
    this.cells = cells;
    this.from = from;
    this.to = Math.min(rows, from + ColumnWriter.ROWS_PER_BLOCK);
  }

  /** Fills the cells with indices into this range's words, which stand in the order of reading. */
  void read(List<TextColumn> columns, List<ReportRow> rows) {
    String[] before = new String[columns.size()];
    Arrays.fill(before, "");
    // Row by row, because a row's maps lie together in memory and a column's do not.
    for (int r = from; r < to; r++) {
      ReportRow row = rows.get(r);
      for (int c = 0; c < cells.length; c++) {
        String word = columns.get(c).cell().apply(row);
        // Most words are those of the row before.
        cells[c][r] = r > from && word.equals(before[c]) ? cells[c][r - 1] : index(word);
        before[c] = word;
      }
    }
  }

  private int index(String word) {
    Integer known = own.putIfAbsent(word, own.size());
    return known == null ? own.size() - 1 : known;
  }

  /** Asks for the index of each word among those of all ranges. */
  void place(ToIntFunction<String> index) {
    places = own.keySet().stream().mapToInt(index).toArray();
    own.clear();
  }

  /** Gives the cells those indices. */
  void replace() {
    for (int[] column : cells) {
      for (int r = from; r < to; r++) {
        column[r] = places[column[r]];
      }
    }
  }
}
