package org.joulemark.kernels.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.joulemark.kernels.quant.Bf16;
import org.joulemark.kernels.quant.Fp16;

/**
 * One file of tensors in the safetensors format (github.com/huggingface/safetensors, "Format"): an
 * unsigned little-endian 64-bit length, that many bytes of a JSON object which gives each tensor's
 * {@code dtype}, {@code shape} and {@code data_offsets}, then the numbers, row-major and
 * little-endian.
 *
 * <p>The header is held against the file before anything is read, and nothing larger than the file
 * itself is ever allocated. Numbers are read through memory maps of whole tensors, or of runs of
 * rows where a tensor exceeds a gibibyte. Safe for concurrent use; maps stay until they are
 * garbage.
 */
public final class SafetensorsFile {
  private static final long LARGEST_MAP_BYTES = 1L << 30;

  private final Path file;
  private final Map<String, Tensor> tensors;
  private final Map<MapKey, MappedByteBuffer> maps = new ConcurrentHashMap<>();

  private SafetensorsFile(Path file, Map<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * What the header says of one tensor, already checked against the file.
   *
   * @param name the tensor's name
   * @param dtype number format, such as {@code F32}
   * @param dimensions sizes, outermost first
   * @param offset of the first byte in the file
   * @param bytes of the whole tensor
   */
  public record Tensor(String name, String dtype, List<Long> dimensions, long offset, long bytes) {

    /** Numbers in a row, the innermost dimension; 1 for a scalar. */
    public long columns() {
      return dimensions.isEmpty() ? 1 : dimensions.get(dimensions.size() - 1);
    }

    /** Rows, all other dimensions together. */
    public long rows() {
      long rows = 1;
      for (int i = 0; i < dimensions.size() - 1; i++) {
        rows *= dimensions.get(i);
      }
      return rows;
    }
  }

  private record MapKey(String tensor, long segment) {}

  /**
   * Opens a file and checks its header.
   *
   * @throws ModelFormatException naming the file, and the tensor where there is one, for a missing
   *     or truncated file or a header that is broken or lies
   */
  public static SafetensorsFile open(Path file) {
    return new SafetensorsFile(file, SafetensorsHeader.read(file));
  }

  /** The file that was opened. */
  public Path path() {
    return file;
  }

  /** Every tensor by name, in the order of the data. */
  public Map<String, Tensor> tensors() {
    return Map.copyOf(tensors);
  }

  /** Whether the file holds a tensor of that name. */
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /**
   * The tensor of that name.
   *
   * @throws ModelFormatException if the file has none
   */
  public Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw wrong(name, "it is missing");
    }
    return tensor;
  }

  /**
   * Reads one row of a floating-point tensor; F32, F16 and BF16 exactly, F64 rounded.
   *
   * @param row in [0, {@code rows()})
   * @param into receives {@code columns()} numbers from index 0
   * @throws ModelFormatException if there is no such tensor or it does not hold such numbers
   * @throws IndexOutOfBoundsException for a row that does not exist or an array too short
   */
  public void readRow(String name, long row, float[] into) {
    Tensor tensor = tensor(name);
    ByteBuffer bytes = row(tensor, row);
    int columns = Math.toIntExact(tensor.columns());
    switch (tensor.dtype()) {
      case "F32" -> bytes.asFloatBuffer().get(into, 0, columns);
      case "F16" -> {
        for (int i = 0; i < columns; i++) {
          into[i] = Fp16.decode(bytes.getShort(2 * i));
        }
      }
      case "BF16" -> {
        for (int i = 0; i < columns; i++) {
          into[i] = Bf16.decode(bytes.getShort(2 * i));
        }
      }
      case "F64" -> {
        for (int i = 0; i < columns; i++) {
          into[i] = (float) bytes.getDouble(8 * i);
        }
      }
      default ->
          throw wrong(name, "dtype " + tensor.dtype() + " does not hold floating-point numbers");
    }
  }

  /**
   * Reads one column of an I32 tensor.
   *
   * @param column in [0, {@code columns()})
   * @param into receives {@code rows()} numbers from index 0
   * @throws ModelFormatException if there is no such tensor or it does not hold such numbers
   * @throws IndexOutOfBoundsException for a column that does not exist or an array too short
   */
  public void readColumn(String name, long column, int[] into) {
    Tensor tensor = columnOf(name, column, "I32");
    int[] next = {0};
    forColumn(tensor, (map, at) -> into[next[0]++] = map.getInt(at), column * Integer.BYTES);
  }

  /**
   * Reads one column of an F16 tensor.
   *
   * @param column in [0, {@code columns()})
   * @param into receives {@code rows()} numbers from index 0
   * @throws ModelFormatException if there is no such tensor or it does not hold such numbers
   * @throws IndexOutOfBoundsException for a column that does not exist or an array too short
   */
  public void readColumn(String name, long column, float[] into) {
    Tensor tensor = columnOf(name, column, "F16");
    int[] next = {0};
    forColumn(
        tensor, (map, at) -> into[next[0]++] = Fp16.decode(map.getShort(at)), column * Short.BYTES);
  }

  private Tensor columnOf(String name, long column, String dtype) {
    Tensor tensor = tensor(name);
    if (!tensor.dtype().equals(dtype)) {
      throw wrong(name, "dtype " + tensor.dtype() + " where " + dtype + " is read");
    }
    Objects.checkIndex(column, tensor.columns());
    return tensor;
  }

  /** Takes the number at an index of a map. */
  private interface NumberReader {
    void read(ByteBuffer map, int at);
  }

  /** Visits the numbers of a column, each {@code offset} bytes from the beginning of its row. */
  private void forColumn(Tensor tensor, NumberReader reader, long offset) {
    if (tensor.rows() == 0) {
      return;
    }
    long rowBytes = rowBytes(tensor);
    long rowsPerMap = rowsPerMap(rowBytes);
    for (long first = 0; first < tensor.rows(); first += rowsPerMap) {
      ByteBuffer map =
          segment(tensor, first / rowsPerMap).duplicate().order(ByteOrder.LITTLE_ENDIAN);
      long rows = Math.min(rowsPerMap, tensor.rows() - first);
      for (long row = 0; row < rows; row++) {
        reader.read(map, (int) (row * rowBytes + offset));
      }
    }
  }

  /**
   * A whole floating-point tensor, row-major.
   *
   * @throws ModelFormatException if there is no such tensor, it does not hold such numbers, or it
   *     is too large for an array
   */
  public float[] floats(String name) {
    Tensor tensor = tensor(name);
    float[] all = new float[arraySize(tensor)];
    int columns = (int) tensor.columns();
    float[] row = new float[columns];
    for (int r = 0; columns > 0 && r < tensor.rows(); r++) {
      readRow(name, r, row);
      System.arraycopy(row, 0, all, r * columns, columns);
    }
    return all;
  }

  /**
   * A whole tensor of I32 or I64, row-major.
   *
   * @throws ModelFormatException if there is no such tensor, it does not hold such numbers, or one
   *     of them does not fit an int
   */
  public int[] integers(String name) {
    Tensor tensor = tensor(name);
    boolean wide = tensor.dtype().equals("I64");
    if (!wide && !tensor.dtype().equals("I32")) {
      throw wrong(name, "dtype " + tensor.dtype() + " does not hold I32 or I64");
    }
    int[] all = new int[arraySize(tensor)];
    int columns = (int) tensor.columns();
    for (int r = 0; columns > 0 && r < tensor.rows(); r++) {
      ByteBuffer bytes = row(tensor, r);
      for (int i = 0; i < columns; i++) {
        long value = wide ? bytes.getLong(8 * i) : bytes.getInt(4 * i);
        if ((int) value != value) {
          throw wrong(name, value + " does not fit 32 bits");
        }
        all[r * columns + i] = (int) value;
      }
    }
    return all;
  }

  private int arraySize(Tensor tensor) {
    long elements = tensor.rows() * tensor.columns();
    if (elements > Integer.MAX_VALUE - 8) {
      throw wrong(tensor.name(), elements + " numbers are too many for one array");
    }
    return (int) elements;
  }

  /** The bytes of one row, from index 0, little-endian. */
  private ByteBuffer row(Tensor tensor, long row) {
    if (row < 0 || row >= tensor.rows()) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT, "row %d of %s, which has %d", row, tensor.name(), tensor.rows()));
    }
    long rowBytes = rowBytes(tensor);
    long rowsPerMap = rowsPerMap(rowBytes);
    return segment(tensor, row / rowsPerMap)
        .slice((int) (row % rowsPerMap * rowBytes), (int) rowBytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private long rowBytes(Tensor tensor) {
    long rowBytes = tensor.bytes() / tensor.rows();
    if (rowBytes > LARGEST_MAP_BYTES) {
      throw wrong(tensor.name(), "a row of " + rowBytes + " bytes is too long to map");
    }
    return rowBytes;
  }

  private static long rowsPerMap(long rowBytes) {
    return Math.max(1, LARGEST_MAP_BYTES / Math.max(1, rowBytes));
  }

  /** The map of a tensor's rows from {@code index} times {@link #rowsPerMap} on. */
  private MappedByteBuffer segment(Tensor tensor, long index) {
    long rowBytes = rowBytes(tensor);
    long bytes = rowsPerMap(rowBytes) * rowBytes;
    return maps.computeIfAbsent(
        new MapKey(tensor.name(), index), key -> map(tensor, index * bytes, bytes));
  }

  private MappedByteBuffer map(Tensor tensor, long start, long most) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long bytes = Math.min(most, tensor.bytes() - start);
      if (tensor.offset() + start + bytes > channel.size()) {
        throw wrong(tensor.name(), "the file has become shorter since it was opened");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, tensor.offset() + start, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot map " + tensor.name() + " of " + file, e);
    }
  }

  private ModelFormatException wrong(String tensor, String problem) {
    return ModelFormatException.ofTensor(file, tensor, problem);
  }
}
