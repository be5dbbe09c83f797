package org.joulemark.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Page-locked host memory, from which and to which copies run at full speed. */
public final class PinnedBuffer implements AutoCloseable {
  private final BytePointer memory;
  private final ByteBuffer all;
  private final int bytes;

  /** Allocates {@code bytes}, at least one. */
  public PinnedBuffer(int bytes) {
    Pointer out = new Pointer();
    CudaCheck.driver(
        cudart.cuMemHostAlloc(out, bytes, cudart.CU_MEMHOSTALLOC_PORTABLE),
        "cuMemHostAlloc of " + bytes + " B");
    this.bytes = bytes;
    memory = new BytePointer(out).capacity(bytes);
    all = memory.asByteBuffer();
  }

  /** Size. */
  public int bytes() {
    return bytes;
  }

  /** The place {@code offset} bytes into the buffer, for calls of the libraries. */
  Pointer at(long offset) {
    return new DeviceAddress(memory.address() + offset);
  }

  /** A view of {@code length} bytes from {@code offset} in native byte order; from any thread. */
  public ByteBuffer view(int offset, int length) {
    return all.slice(offset, length).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (!memory.isNull()) {
      int code = cudart.cuMemFreeHost(memory);
      memory.setNull();
      CudaCheck.driver(code, "cuMemFreeHost");
    }
  }
}
