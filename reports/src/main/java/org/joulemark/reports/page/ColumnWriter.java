package org.joulemark.reports.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.view.NumberColumn;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.TextColumn;

/**
 * Writes columns for the page: words as indices into one list of distinct strings, numbers with the
 * seven digits of a float, each as a {@link PackedColumn}. Rows are read, and columns packed, by
 * all processors; what is written does not depend on how many there are.
 */
final class ColumnWriter {
  /** Many times as many words as there are distinct ones among them. */
  static final int ROWS_PER_BLOCK = 4096;

  private final JsonGenerator json;
  private final Map<String, Integer> indices = new HashMap<>();
  private final List<String> strings = new ArrayList<>();

  /** String 0 is the empty one. */
  ColumnWriter(JsonGenerator json) {
    this.json = json;
    index("");
  }

  /** Writes the array {@code name} with {@code {"name": …, "c": indices}} for each column. */
  void texts(String name, List<TextColumn> columns, List<ReportRow> rows) throws IOException {
    texts(name, columns, rows.size(), block -> block.read(columns, rows));
  }

  /**
   * The same for columns whose cells are what the rows' maps hold under the columns' names, and
   * without a look at the many columns that a row has nothing for.
   */
  void facts(
      String name,
      List<TextColumn> columns,
      List<ReportRow> rows,
      Function<ReportRow, Map<String, String>> facts)
      throws IOException {
    Map<String, Integer> places = new HashMap<>();
    columns.forEach(column -> places.put(column.name(), places.size()));
    texts(name, columns, rows.size(), block -> block.readFacts(places, rows, facts));
  }

  private void texts(String name, List<TextColumn> columns, int rows, Consumer<TextBlock> reading)
      throws IOException {
    int[][] cells = new int[columns.size()][rows];
    List<TextBlock> blocks =
        IntStream.iterate(0, from -> from < rows, from -> from + ROWS_PER_BLOCK)
            .mapToObj(from -> new TextBlock(cells, from, rows))
            .toList();
    blocks.parallelStream().forEach(reading);
    // In the blocks' order, so that the strings have the places that one block would give them.
    for (TextBlock block : blocks) {
      block.place(this::index);
    }
    blocks.parallelStream().forEach(TextBlock::replace);
    List<PackedColumn> packed = Arrays.stream(cells).parallel().map(PackedColumn::of).toList();
    json.writeArrayFieldStart(name);
    for (int c = 0; c < cells.length; c++) {
      json.writeStartObject();
      json.writeStringField("name", columns.get(c).name());
      packed.get(c).write("c", json);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /**
   * Writes the array {@code name} with {@code {"name": …, "unit": …, "v": values, "e": errors}} for
   * each column, without those that are not known in any row.
   */
  void metrics(String name, List<NumberColumn> columns, List<ReportRow> rows) throws IOException {
    double[][] values = new double[columns.size()][rows.size()];
    double[][] errors = new double[columns.size()][rows.size()];
    IntStream.range(0, rows.size())
        .parallel()
        .forEach(
            r -> {
              for (int c = 0; c < values.length; c++) {
                MetricValue metric = columns.get(c).cell().apply(rows.get(r));
                values[c][r] = metric.value();
                errors[c][r] = metric.error();
              }
            });
    List<Optional<PackedColumn>> packedValues = pack(values);
    List<Optional<PackedColumn>> packedErrors = pack(errors);
    json.writeArrayFieldStart(name);
    for (int c = 0; c < values.length; c++) {
      json.writeStartObject();
      json.writeStringField("name", columns.get(c).name());
      json.writeStringField("unit", columns.get(c).unit());
      if (packedValues.get(c).isPresent()) {
        packedValues.get(c).get().write("v", json);
      }
      if (packedErrors.get(c).isPresent()) {
        packedErrors.get(c).get().write("e", json);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static List<Optional<PackedColumn>> pack(double[][] columns) {
    return Arrays.stream(columns).parallel().map(PackedColumn::of).toList();
  }

  /** Writes integers, none of them negative, into the field {@code name}. */
  void integers(String name, int[] cells) throws IOException {
    PackedColumn.of(cells).write(name, json);
  }

  /** Writes every string that the columns so far refer to. */
  void strings() throws IOException {
    json.writeArrayFieldStart("strings");
    for (String string : strings) {
      json.writeString(string);
    }
    json.writeEndArray();
  }

  /** A float's digits; null for NaN; the infinities as strings. */
  static void number(JsonGenerator json, double value) throws IOException {
    if (Double.isNaN(value)) {
      json.writeNull();
    } else if (Double.isInfinite(value)) {
      json.writeString(value > 0 ? "Infinity" : "-Infinity");
    } else {
      json.writeNumber((float) value);
    }
  }

  private int index(String string) {
    Integer known = indices.putIfAbsent(string, strings.size());
    if (known == null) {
      strings.add(string);
      return strings.size() - 1;
    }
    return known;
  }
}
