package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/**
 * Fills device memory row by row: rows are encoded on every core of the host into one half of
 * page-locked memory while the other half is copied.
 */
final class RowUpload implements AutoCloseable {
  /** Page-locked memory that filling needs; two rows must fit. */
  static final int STAGING_BYTES = 64 << 20;

  private final PinnedBuffer staging;
  private final CudaStream stream;
  private final CudaEvent[] free = {new CudaEvent(), new CudaEvent()};
  private int half;

  /** Through that memory, which nothing else uses until this is closed. */
  RowUpload(PinnedBuffer staging, CudaStream stream) {
    this.staging = staging;
    this.stream = stream;
    for (CudaEvent event : free) {
      event.record(stream);
    }
  }

  /** Writes one row's codes from the buffer's index 0 on; called from many threads. */
  @FunctionalInterface
  interface RowEncoder {

    /** Writes row {@code row}. */
    void encode(int row, ByteBuffer into);
  }

  /**
   * Writes rows that lie one after another.
   *
   * @param offset of the first row in the target, in bytes
   */
  void rows(DeviceBuffer target, long offset, int rows, int rowBytes, RowEncoder encoder) {
    int halfBytes = staging.bytes() / 2;
    if (rowBytes > halfBytes) {
      throw new IllegalArgumentException("a row of " + rowBytes + " B is too long to stage");
    }
    int rowsPerChunk = halfBytes / rowBytes;
    for (int first = 0; first < rows; first += rowsPerChunk) {
      int begin = first;
      int count = Math.min(rowsPerChunk, rows - first);
      int base = half * halfBytes;
      free[half].await();
      IntStream.range(0, count)
          .parallel()
          .forEach(i -> encoder.encode(begin + i, staging.view(base + i * rowBytes, rowBytes)));
      target.upload(
          offset + (long) begin * rowBytes, staging.at(base), (long) count * rowBytes, stream);
      free[half].record(stream);
      half = 1 - half;
    }
  }

  /** Waits until everything is on the device. */
  @Override
  public void close() {
    try {
      stream.synchronize();
    } finally {
      for (CudaEvent event : free) {
        event.close();
      }
    }
  }
}
