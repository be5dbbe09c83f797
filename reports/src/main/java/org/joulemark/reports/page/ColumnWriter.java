package org.joulemark.reports.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.TextColumn;

/**
 * Writes columns for the page: words as indices into one list of distinct strings, numbers with the
 * seven digits of a float. A column that is empty in most rows lists the rows that it has.
 */
final class ColumnWriter {
  private final JsonGenerator json;
  private final List<ReportRow> rows;
  private final Map<String, Integer> indices = new HashMap<>();
  private final List<String> strings = new ArrayList<>();

  /** String 0 is the empty one. */
  ColumnWriter(JsonGenerator json, List<ReportRow> rows) {
    this.json = json;
    this.rows = rows;
    index("");
  }

  /** Writes {@code {"name": …, "c": [indices]}} or {@code {"name": …, "i": [rows], "c": […]}}. */
  void text(TextColumn column) throws IOException {
    int[] cells = new int[rows.size()];
    int filled = 0;
    for (int i = 0; i < cells.length; i++) {
      cells[i] = index(column.cell().apply(rows.get(i)));
      filled += cells[i] == 0 ? 0 : 1;
    }
    boolean sparse = isSparse(filled);
    json.writeStartObject();
    json.writeStringField("name", column.name());
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
    json.writeEndObject();
  }

  /** Writes the numbers into the field {@code name}, null where there is none. */
  void numbers(String name, ToDoubleFunction<ReportRow> cell) throws IOException {
    double[] values = new double[rows.size()];
    int filled = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = cell.applyAsDouble(rows.get(i));
      filled += Double.isNaN(values[i]) ? 0 : 1;
    }
    if (filled == 0) {
      return;
    }
    boolean sparse = isSparse(filled);
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

  private boolean isSparse(int filled) {
    return 2 * filled < rows.size();
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
