package org.joulemark.reports.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.view.NumberColumn;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.TextColumn;

/**
 * Writes columns for the page: words as indices into one list of distinct strings, numbers with the
 * seven digits of a float. A column that is empty in most rows lists the rows that it has.
 */
final class ColumnWriter {
  private final JsonGenerator json;
  private final Map<String, Integer> indices = new HashMap<>();
  private final List<String> strings = new ArrayList<>();

  /** String 0 is the empty one. */
  ColumnWriter(JsonGenerator json) {
    this.json = json;
    index("");
  }

  /**
   * Writes the array {@code name} with {@code {"name": …, "c": [indices]}} for each column, or
   * {@code {"name": …, "i": [rows], "c": […]}}.
   */
  void texts(String name, List<TextColumn> columns, List<ReportRow> rows) throws IOException {
    int[][] cells = new int[columns.size()][rows.size()];
    // Row by row, because a row's maps lie together in memory and a column's do not.
    for (int r = 0; r < rows.size(); r++) {
      ReportRow row = rows.get(r);
      for (int c = 0; c < cells.length; c++) {
        cells[c][r] = index(columns.get(c).cell().apply(row));
      }
    }
    json.writeArrayFieldStart(name);
    for (int c = 0; c < cells.length; c++) {
      json.writeStartObject();
      json.writeStringField("name", columns.get(c).name());
      write(cells[c]);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void write(int[] cells) throws IOException {
    boolean sparse = 2 * Arrays.stream(cells).filter(cell -> cell != 0).count() < cells.length;
    if (sparse) {
      json.writeArrayFieldStart("i");
      for (int i = 0; i < cells.length; i++) {
        if (cells[i] != 0) {
          json.writeNumber(i);
        }
      }
      json.writeEndArray();
    }
    json.writeArrayFieldStart("c");
    for (int cell : cells) {
      if (!sparse || cell != 0) {
        json.writeNumber(cell);
      }
    }
    json.writeEndArray();
  }

  /**
   * Writes the array {@code name} with {@code {"name": …, "unit": …, "v": [values], "e": [errors]}}
   * for each column, null where there is none.
   */
  void metrics(String name, List<NumberColumn> columns, List<ReportRow> rows) throws IOException {
    double[][] values = new double[columns.size()][rows.size()];
    double[][] errors = new double[columns.size()][rows.size()];
    for (int r = 0; r < rows.size(); r++) {
      ReportRow row = rows.get(r);
      for (int c = 0; c < values.length; c++) {
        MetricValue metric = columns.get(c).cell().apply(row);
        values[c][r] = metric.value();
        errors[c][r] = metric.error();
      }
    }
    json.writeArrayFieldStart(name);
    for (int c = 0; c < values.length; c++) {
      json.writeStartObject();
      json.writeStringField("name", columns.get(c).name());
      json.writeStringField("unit", columns.get(c).unit());
      numbers("v", values[c]);
      numbers("e", errors[c]);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes the numbers into the field {@code name}, null for NaN. */
  void numbers(String name, double[] values) throws IOException {
    long filled = Arrays.stream(values).filter(value -> !Double.isNaN(value)).count();
    if (filled == 0) {
      return;
    }
    boolean sparse = 2 * filled < values.length;
    if (sparse) {
      json.writeArrayFieldStart(name + "i");
      for (int i = 0; i < values.length; i++) {
        if (!Double.isNaN(values[i])) {
          json.writeNumber(i);
        }
      }
      json.writeEndArray();
    }
    json.writeArrayFieldStart(name);
    for (double value : values) {
      if (!sparse || !Double.isNaN(value)) {
        number(json, value);
      }
    }
    json.writeEndArray();
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
    } else if (Math.abs(value) > Float.MAX_VALUE) {
      json.writeNumber(value);
    } else {
      float rounded = (float) value;
      if (rounded == (long) rounded && Math.abs(rounded) < 1e6) {
        json.writeNumber((long) rounded);
      } else {
        json.writeNumber(rounded);
      }
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
