package org.joulemark.reports.page;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.TextColumn;

/**
 * A range of rows whose words become indices: first into the words of this range alone, which needs
 * no other range, then into those of all.
 */
final class TextBlock {
  private static final int NONE = -1;

  private final int[][] cells;
  private final int from;
  private final int to;
  private final Map<String, Integer> own = new LinkedHashMap<>();
  private final String[] before;
  private final int[] index;
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
    this.before = new String[cells.length];
    this.index = new int[cells.length];
    Arrays.fill(before, "");
    index("");
  }

  /** Fills the cells with indices into this range's words, which stand in the order of reading. */
  void read(List<TextColumn> columns, List<ReportRow> rows) {
    // Row by row, because a row's maps lie together in memory and a column's do not.
    for (int r = from; r < to; r++) {
      ReportRow row = rows.get(r);
      for (int c = 0; c < cells.length; c++) {
        fill(c, r, columns.get(c).cell().apply(row));
      }
    }
  }

  /**
   * The same from maps; rows without a name have the empty word there.
   *
   * @param places the columns by name; names that are not in it are left out
   * @param facts a row's map
   */
  void readFacts(
      Map<String, Integer> places,
      List<ReportRow> rows,
      Function<ReportRow, Map<String, String>> facts) {
    // Thousands of rows share their names, as one object.
    IdentityHashMap<Set<String>, int[]> columnsOf = new IdentityHashMap<>();
    for (int r = from; r < to; r++) {
      Map<String, String> words = facts.apply(rows.get(r));
      int[] columns =
          columnsOf.computeIfAbsent(
              words.keySet(),
              names -> names.stream().mapToInt(name -> places.getOrDefault(name, NONE)).toArray());
      int i = 0;
      for (String word : words.values()) {
        int column = columns[i++];
        if (column != NONE) {
          fill(column, r, word);
        }
      }
    }
  }

  private void fill(int column, int row, String word) {
    // Most words are those of the row before.
    if (!word.equals(before[column])) {
      before[column] = word;
      index[column] = index(word);
    }
    cells[column][row] = index[column];
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
