package org.joulemark.reports.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a column, little-endian in base64, which a browser unpacks several times faster than
 * it reads numbers in digits:
 *
 * <ul>
 *   <li>{@code {"k": 7}}: the same integer in every row;
 *   <li>{@code {"u8": …}}, {@code "u16"}, {@code "i32"}, {@code "f32"}, {@code "f64"}: an array,
 *       named as the elements' type; unknown numbers are NaN;
 *   <li>with {@code "at": …} before it, itself such an object: the rows of the elements; all others
 *       have 0, or NaN.
 * </ul>
 */
final class PackedColumn {
  private final @Nullable PackedColumn rows;
  private final String type;
  private final byte[] bytes;
  private final int constant;

  private PackedColumn(@Nullable PackedColumn rows, String type, byte[] bytes, int constant) {
    this.rows = rows;
    this.type = type;
    this.bytes = bytes;
    this.constant = constant;
  }

  /** Integers, none of them negative. */
  static PackedColumn of(int[] cells) {
    int first = cells.length == 0 ? 0 : cells[0];
    int filled = 0;
    int same = 0;
    for (int cell : cells) {
      filled += cell == 0 ? 0 : 1;
      same += cell == first ? 1 : 0;
    }
    if (same == cells.length) {
      return new PackedColumn(null, "k", new byte[0], first);
    }
    if (2 * filled >= cells.length) {
      return packed(null, cells);
    }
    int[] rows = new int[filled];
    int[] there = new int[filled];
    for (int r = 0, i = 0; i < filled; r++) {
      if (cells[r] != 0) {
        rows[i] = r;
        there[i++] = cells[r];
      }
    }
    return packed(packed(null, rows), there);
  }

  /** Numbers; empty if none is known. */
  static Optional<PackedColumn> of(double[] cells) {
    int filled = 0;
    for (double cell : cells) {
      filled += Double.isNaN(cell) ? 0 : 1;
    }
    if (filled == 0) {
      return Optional.empty();
    }
    if (2 * filled >= cells.length) {
      return Optional.of(packed(null, cells));
    }
    int[] rows = new int[filled];
    double[] there = new double[filled];
    for (int r = 0, i = 0; i < filled; r++) {
      if (!Double.isNaN(cells[r])) {
        rows[i] = r;
        there[i++] = cells[r];
      }
    }
    return Optional.of(packed(packed(null, rows), there));
  }

  /** Writes the object into the field {@code name}. */
  void write(String name, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart(name);
    if (rows != null) {
      rows.write("at", json);
    }
    if (type.equals("k")) {
      json.writeNumberField(type, constant);
    } else {
      json.writeBinaryField(type, bytes);
    }
    json.writeEndObject();
  }

  private static PackedColumn packed(@Nullable PackedColumn rows, int[] cells) {
    int largest = 0;
    for (int cell : cells) {
      largest = Math.max(largest, cell);
    }
    if (largest < 1 << 8) {
      byte[] bytes = new byte[cells.length];
      for (int i = 0; i < cells.length; i++) {
        bytes[i] = (byte) cells[i];
      }
      return new PackedColumn(rows, "u8", bytes, 0);
    }
    if (largest < 1 << 16) {
      byte[] bytes = new byte[Short.BYTES * cells.length];
      ByteBuffer elements = littleEndian(bytes);
      for (int cell : cells) {
        elements.putShort((short) cell);
      }
      return new PackedColumn(rows, "u16", bytes, 0);
    }
    byte[] bytes = new byte[Integer.BYTES * cells.length];
    littleEndian(bytes).asIntBuffer().put(cells);
    return new PackedColumn(rows, "i32", bytes, 0);
  }

  private static PackedColumn packed(@Nullable PackedColumn rows, double[] cells) {
    if (fitFloats(cells)) {
      byte[] bytes = new byte[Float.BYTES * cells.length];
      ByteBuffer elements = littleEndian(bytes);
      for (double cell : cells) {
        elements.putFloat((float) cell);
      }
      return new PackedColumn(rows, "f32", bytes, 0);
    }
    byte[] bytes = new byte[Double.BYTES * cells.length];
    littleEndian(bytes).asDoubleBuffer().put(cells);
    return new PackedColumn(rows, "f64", bytes, 0);
  }

  private static boolean fitFloats(double[] cells) {
    for (double cell : cells) {
      if (!fitsFloat(cell)) {
        return false;
      }
    }
    return true;
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
}
