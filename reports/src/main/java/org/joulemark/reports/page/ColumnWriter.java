package org.joulemark.reports.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.view.NumberColumn;
import org.joulemark.reports.view.ReportRow;
import org.joulemark.reports.view.TextColumn;

/**
 * Writes columns for the page: words as indices into one list of distinct strings, numbers with the
 * seven digits of a float. Both are packed, little-endian, into base64, which a browser unpacks
 * several times faster than it reads numbers in digits:
 *
 * <ul>
 *   <li>{@code {"k": 7}}: the same integer in every row;
 *   <li>{@code {"u8": …}}, {@code "u16"}, {@code "i32"}, {@code "f32"}, {@code "f64"}: an array,
 *       named as the elements' type; unknown numbers are NaN;
 *   <li>with {@code "at": …} beside it, itself such an object: the rows of the elements; all others
 *       have 0, or NaN.
 * </ul>
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

  /** Writes the array {@code name} with {@code {"name": …, "c": indices}} for each column. */
  void texts(String name, List<TextColumn> columns, List<ReportRow> rows) throws IOException {
    int[][] cells = new int[columns.size()][rows.size()];
    String[] before = new String[columns.size()];
    Arrays.fill(before, "");
    // Row by row, because a row's maps lie together in memory and a column's do not.
    for (int r = 0; r < rows.size(); r++) {
      ReportRow row = rows.get(r);
      for (int c = 0; c < cells.length; c++) {
        String word = columns.get(c).cell().apply(row);
        // Most words are those of the row before.
        cells[c][r] = r > 0 && word.equals(before[c]) ? cells[c][r - 1] : index(word);
        before[c] = word;
      }
    }
    json.writeArrayFieldStart(name);
    for (int c = 0; c < cells.length; c++) {
      json.writeStartObject();
      json.writeStringField("name", columns.get(c).name());
      integers("c", cells[c]);
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

  /** Writes integers, none of them negative, into the field {@code name}. */
  void integers(String name, int[] cells) throws IOException {
    json.writeObjectFieldStart(name);
    if (Arrays.stream(cells).allMatch(cell -> cell == cells[0])) {
      json.writeNumberField("k", cells.length == 0 ? 0 : cells[0]);
    } else {
      int filled = 0;
      for (int cell : cells) {
        filled += cell == 0 ? 0 : 1;
      }
      if (2 * filled < cells.length) {
        int[] rows = new int[filled];
        int[] there = new int[filled];
        for (int r = 0, i = 0; i < filled; r++) {
          if (cells[r] != 0) {
            rows[i] = r;
            there[i++] = cells[r];
          }
        }
        rows(rows);
        pack(there);
      } else {
        pack(cells);
      }
    }
    json.writeEndObject();
  }

  private void numbers(String name, double[] cells) throws IOException {
    int filled = 0;
    for (double cell : cells) {
      filled += Double.isNaN(cell) ? 0 : 1;
    }
    if (filled == 0) {
      return;
    }
    json.writeObjectFieldStart(name);
    if (2 * filled < cells.length) {
      int[] rows = new int[filled];
      double[] there = new double[filled];
      for (int r = 0, i = 0; i < filled; r++) {
        if (!Double.isNaN(cells[r])) {
          rows[i] = r;
          there[i++] = cells[r];
        }
      }
      rows(rows);
      pack(there);
    } else {
      pack(cells);
    }
    json.writeEndObject();
  }

  private void rows(int[] rows) throws IOException {
    json.writeObjectFieldStart("at");
    pack(rows);
    json.writeEndObject();
  }

  private void pack(int[] cells) throws IOException {
    int largest = Arrays.stream(cells).max().orElse(0);
    if (largest < 1 << 8) {
      byte[] bytes = new byte[cells.length];
      for (int i = 0; i < cells.length; i++) {
        bytes[i] = (byte) cells[i];
      }
      json.writeBinaryField("u8", bytes);
    } else if (largest < 1 << 16) {
      byte[] bytes = new byte[Short.BYTES * cells.length];
      ByteBuffer elements = littleEndian(bytes);
      for (int cell : cells) {
        elements.putShort((short) cell);
      }
      json.writeBinaryField("u16", bytes);
    } else {
      byte[] bytes = new byte[Integer.BYTES * cells.length];
      littleEndian(bytes).asIntBuffer().put(cells);
      json.writeBinaryField("i32", bytes);
    }
  }

  private void pack(double[] cells) throws IOException {
    if (Arrays.stream(cells).allMatch(ColumnWriter::fitsFloat)) {
      byte[] bytes = new byte[Float.BYTES * cells.length];
      ByteBuffer elements = littleEndian(bytes);
      for (double cell : cells) {
        elements.putFloat((float) cell);
      }
      json.writeBinaryField("f32", bytes);
    } else {
      byte[] bytes = new byte[Double.BYTES * cells.length];
      littleEndian(bytes).asDoubleBuffer().put(cells);
      json.writeBinaryField("f64", bytes);
    }
  }

  /** Whether a float has seven digits for this number; NaN and the infinities it has. */
  private static boolean fitsFloat(double value) {
    double size = Math.abs(value);
    boolean tooBig = size > Float.MAX_VALUE && size < Double.POSITIVE_INFINITY;
    boolean tooSmall = size > 0 && size < Float.MIN_NORMAL;
    return !tooBig && !tooSmall;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
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
