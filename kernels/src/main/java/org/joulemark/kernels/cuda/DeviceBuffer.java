package org.joulemark.kernels.cuda;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/** Device memory, aligned to 256 bytes. */
public final class DeviceBuffer implements AutoCloseable {
  private final long bytes;
  private long address;

  /**
   * Allocates at least one byte on the current device.
   *
   * @throws org.joulemark.kernels.engine.EngineException if there is not enough memory
   */
  public DeviceBuffer(long bytes) {
    long[] out = new long[1];
    CudaCheck.driver(cudart.cuMemAlloc(out, Math.max(1, bytes)), "cuMemAlloc of " + bytes + " B");
    this.bytes = bytes;
    this.address = out[0];
  }

  /** Size. */
  public long bytes() {
    return bytes;
  }

  /** Where it begins on the device. */
  public long address() {
    return address;
  }

  /** The place {@code offset} bytes into the buffer, for calls of the libraries. */
  Pointer at(long offset) {
    return new DeviceAddress(address + offset);
  }

  /** Fills {@code length} bytes from {@code offset} with one byte; waits until done. */
  public void fill(byte value, long offset, long length, CudaStream stream) {
    CudaCheck.driver(
        cudart.cuMemsetD8Async(address + offset, value, length, stream.handle()),
        "cuMemsetD8Async");
    stream.synchronize();
  }

  /** Fills {@code words} 32-bit words from {@code offset}; waits until done. */
  public void fillWords(int value, long offset, long words, CudaStream stream) {
    CudaCheck.driver(
        cudart.cuMemsetD32Async(address + offset, value, words, stream.handle()),
        "cuMemsetD32Async");
    stream.synchronize();
  }

  /** Enqueues a copy from the host. */
  void upload(long offset, Pointer host, long length, CudaStream stream) {
    CudaCheck.driver(
        cudart.cuMemcpyHtoDAsync(address + offset, host, length, stream.handle()),
        "cuMemcpyHtoDAsync");
  }

  /** Enqueues a copy to the host. */
  void download(long offset, Pointer host, long length, CudaStream stream) {
    CudaCheck.driver(
        cudart.cuMemcpyDtoHAsync(host, address + offset, length, stream.handle()),
        "cuMemcpyDtoHAsync");
  }

  /** Enqueues a copy inside this buffer; the two ranges do not overlap. */
  void copyWithin(long from, long to, long length, CudaStream stream) {
    CudaCheck.driver(
        cudart.cuMemcpyDtoDAsync(address + to, address + from, length, stream.handle()),
        "cuMemcpyDtoDAsync");
  }

  @Override
  public void close() {
    if (address != 0) {
      long freed = address;
      address = 0;
      CudaCheck.driver(cudart.cuMemFree(freed), "cuMemFree");
    }
  }
}
