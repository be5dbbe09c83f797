package org.joulemark.kernels.cpu;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import org.joulemark.kernels.quant.Bf16;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Fp16;

/**
 * A row-major matrix of FP32, FP16 or BF16 in native memory that Java reads and writes as FP32.
 * Access allocates nothing, and distinct numbers may be written by distinct threads.
 */
final class NativeMatrix {
  private static final long MOST_CHUNK_BYTES = 1L << 30;

  private final NativeBuffer buffer;
  private final ElementType type;
  private final int rows;
  private final int columns;
  private final int rowsPerChunk;
  private final FloatBuffer[] floats;
  private final ShortBuffer[] shorts;

  /**
   * A matrix of zeros that lives as long as the scope.
   *
   * @throws IllegalArgumentException for a type that is not one of the three
   */
  NativeMatrix(NativeScope scope, ElementType type, int rows, int columns) {
    if (type != ElementType.FP32 && type != ElementType.FP16 && type != ElementType.BF16) {
      throw new IllegalArgumentException(type + " is not read and written as FP32");
    }
    this.type = type;
    this.rows = rows;
    this.columns = columns;
    long rowBytes = (long) columns * type.bytes();
    this.buffer = scope.allocate(rows * rowBytes);
    this.rowsPerChunk = (int) Math.max(1, Math.min(rows, MOST_CHUNK_BYTES / rowBytes));
    int chunks = (rows + rowsPerChunk - 1) / rowsPerChunk;
    boolean wide = type == ElementType.FP32;
    this.floats = new FloatBuffer[wide ? chunks : 0];
    this.shorts = new ShortBuffer[wide ? 0 : chunks];
    for (int i = 0; i < chunks; i++) {
      int first = i * rowsPerChunk;
      int count = Math.min(rowsPerChunk, rows - first);
      ByteBuffer bytes = buffer.slice(first * rowBytes, Math.toIntExact(count * rowBytes));
      if (wide) {
        floats[i] = bytes.asFloatBuffer();
      } else {
        shorts[i] = bytes.asShortBuffer();
      }
    }
  }

  /** The memory itself. */
  NativeBuffer buffer() {
    return buffer;
  }

  /** The numbers' format. */
  ElementType type() {
    return type;
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** Reads {@code count} numbers of a row, from {@code column} on, to {@code into[at …]}. */
  void get(int row, int column, float[] into, int at, int count) {
    int index = row % rowsPerChunk * columns + column;
    int chunk = row / rowsPerChunk;
    switch (type) {
      case FP32 -> floats[chunk].get(index, into, at, count);
      case FP16 -> {
        ShortBuffer source = shorts[chunk];
        for (int i = 0; i < count; i++) {
          into[at + i] = Fp16.decode(source.get(index + i));
        }
      }
      default -> {
        ShortBuffer source = shorts[chunk];
        for (int i = 0; i < count; i++) {
          into[at + i] = Bf16.decode(source.get(index + i));
        }
      }
    }
  }

  /** Rounds and writes {@code count} numbers of a row, from {@code column} on. */
  void put(int row, int column, float[] from, int at, int count) {
    int index = row % rowsPerChunk * columns + column;
    int chunk = row / rowsPerChunk;
    switch (type) {
      case FP32 -> floats[chunk].put(index, from, at, count);
      case FP16 -> {
        ShortBuffer target = shorts[chunk];
        for (int i = 0; i < count; i++) {
          target.put(index + i, Fp16.encode(from[at + i]));
        }
      }
      default -> {
        ShortBuffer target = shorts[chunk];
        for (int i = 0; i < count; i++) {
          target.put(index + i, Bf16.encode(from[at + i]));
        }
      }
    }
  }

  /** All numbers, row by row. */
  float[] values() {
    float[] values = new float[Math.multiplyExact(rows, columns)];
    for (int row = 0; row < rows; row++) {
      get(row, 0, values, row * columns, columns);
    }
    return values;
  }

  /** Makes every number NaN. */
  void poison() {
    float[] nan = new float[columns];
    Arrays.fill(nan, Float.NaN);
    for (int row = 0; row < rows; row++) {
      put(row, 0, nan, 0, columns);
    }
  }
}
