package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * Device memory that is planned first, so that the need is known, and then allocated at once. Every
 * slice begins at a multiple of 256 bytes.
 */
final class DeviceArena implements AutoCloseable {
  private static final long ALIGNMENT = 256;
  private static final byte ALL_ONES = (byte) 0xff;

  private long planned;
  private @Nullable DeviceBuffer memory;

  /** Plans a slice; only before {@link #allocate}. */
  Slice reserve(long bytes) {
    if (memory != null) {
      throw new IllegalStateException("this arena is allocated already");
    }
    Slice slice = new Slice(planned, bytes);
    planned += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return slice;
  }

  /** Plans a matrix of {@code rows} times {@code columns} elements. */
  Slice reserve(ElementType type, long rows, long columns) {
    return reserve(Math.multiplyExact(Math.multiplyExact(rows, columns), type.bytes()));
  }

  /** Bytes of what is planned. */
  long bytes() {
    return planned;
  }

  /**
   * Allocates what is planned.
   *
   * @throws org.joulemark.kernels.engine.EngineException if there is not enough memory
   */
  void allocate() {
    memory = new DeviceBuffer(planned);
  }

  private DeviceBuffer memory() {
    if (memory == null) {
      throw new IllegalStateException("this arena is not allocated yet");
    }
    return memory;
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
    }
  }

  /** Produces rows. */
  @FunctionalInterface
  interface Rows {

    /** Writes row {@code row} from the array's index 0 on; called from many threads. */
    void row(int row, float[] into);
  }

  /** A part of the arena. */
  final class Slice {
    private final long offset;
    private final long bytes;

    private Slice(long offset, long bytes) {
      this.offset = offset;
      this.bytes = bytes;
    }

    /** Where it begins on the device. */
    long address() {
      return memory().address() + offset;
    }

    /** The same for calls of the libraries. */
    Pointer pointer() {
      return memory().at(offset);
    }

    /** Fills it with rows, rounded to a format. */
    void fill(RowUpload upload, ElementType type, int rows, int columns, Rows source) {
      upload.rows(
          memory(),
          offset,
          rows,
          Math.multiplyExact(columns, type.bytes()),
          (row, into) -> {
            float[] values = new float[columns];
            source.row(row, values);
            ElementCodec.encode(type, values, columns, into);
          });
    }

    /** Fills it with one row. */
    void fill(RowUpload upload, ElementType type, float[] values) {
      fill(
          upload,
          type,
          1,
          values.length,
          (row, into) -> System.arraycopy(values, 0, into, 0, values.length));
    }

    /** Fills it with rows of bytes. */
    void fill(RowUpload upload, int rows, int rowBytes, RowUpload.RowEncoder source) {
      upload.rows(memory(), offset, rows, rowBytes, source);
    }

    /** Fills it with integers. */
    void fill(RowUpload upload, int[] values) {
      upload.rows(
          memory(),
          offset,
          1,
          Math.multiplyExact(values.length, Integer.BYTES),
          (row, into) -> into.asIntBuffer().put(0, values));
    }

    /** Its first 32-bit integers; waits for the stream. */
    int[] readInts(int count, PinnedBuffer staging, CudaStream stream) {
      memory().download(offset, staging.at(0), (long) count * Integer.BYTES, stream);
      stream.synchronize();
      int[] values = new int[count];
      staging.view(0, count * Integer.BYTES).asIntBuffer().get(0, values);
      return values;
    }

    /** Fills it with NaN of any format; waits until done. */
    void poison(CudaStream stream) {
      memory().fill(ALL_ONES, offset, bytes, stream);
    }

    /** Fills it with zeros; waits until done. */
    void clear(CudaStream stream) {
      memory().fill((byte) 0, offset, bytes, stream);
    }

    /** Its first 32-bit integer; waits for the stream. */
    int readInt(PinnedBuffer staging, CudaStream stream) {
      memory().download(offset, staging.at(0), Integer.BYTES, stream);
      stream.synchronize();
      return staging.view(0, Integer.BYTES).getInt(0);
    }

    /**
     * Copies its start to the host as FP32, through page-locked memory; waits until done.
     *
     * @param dimensions of a tensor that fits into an array ({@link
     *     org.joulemark.kernels.engine.MemoryNeed#requireArray})
     */
    HostTensor download(
        String name,
        List<Integer> dimensions,
        ElementType type,
        PinnedBuffer staging,
        CudaStream stream) {
      int count = dimensions.stream().reduce(1, Math::multiplyExact);
      float[] values = new float[count];
      int most = staging.bytes() / type.bytes();
      int part;
      for (int first = 0; first < count; first += part) {
        part = Math.min(most, count - first);
        int length = part * type.bytes();
        memory().download(offset + (long) first * type.bytes(), staging.at(0), length, stream);
        stream.synchronize();
        ByteBuffer codes = staging.view(0, length);
        for (int i = 0; i < part; i++) {
          values[first + i] = (float) ElementCodec.decode(type, codes, i);
        }
      }
      return new HostTensor(name, dimensions, values);
    }

    /** Copies rows to the host, through page-locked memory, decoded on every core; waits. */
    double[][] downloadRows(
        ElementType type, int rows, int columns, PinnedBuffer staging, CudaStream stream) {
      double[][] values = new double[rows][columns];
      int rowBytes = Math.multiplyExact(columns, type.bytes());
      int most = staging.bytes() / rowBytes;
      for (int first = 0; first < rows; first += most) {
        int begin = first;
        int count = Math.min(most, rows - first);
        memory()
            .download(
                offset + (long) first * rowBytes, staging.at(0), (long) count * rowBytes, stream);
        stream.synchronize();
        IntStream.range(0, count)
            .parallel()
            .forEach(
                row -> {
                  ByteBuffer codes = staging.view(row * rowBytes, rowBytes);
                  for (int i = 0; i < columns; i++) {
                    values[begin + row][i] = ElementCodec.decode(type, codes, i);
                  }
                });
      }
      return values;
    }
  }
}
