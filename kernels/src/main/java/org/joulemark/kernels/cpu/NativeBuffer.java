package org.joulemark.kernels.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.engine.EngineException;

/**
 * Native memory outside the Java heap, zeroed, aligned to a cache line; a large one to a huge page,
 * which the kernel is asked to use. Closing frees it; no garbage collection is involved.
 */
final class NativeBuffer implements AutoCloseable {
  private static final long CACHE_LINE_BYTES = 64;
  private static final long HUGE_PAGE_BYTES = 2L << 20;

  private final long bytes;
  private final Pointer allocated;
  private final long address;
  private boolean closed;

  /**
   * Allocates.
   *
   * @throws EngineException if there is no memory left
   */
  NativeBuffer(long bytes) {
    long alignment = bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : CACHE_LINE_BYTES;
    // A whole number of units, so that vector loads past the last element stay inside.
    long padded = Math.addExact(bytes, 2 * alignment);
    this.bytes = bytes;
    this.allocated = Pointer.calloc(padded, 1);
    if (allocated == null || allocated.isNull()) {
      throw new EngineException(
          "calloc of "
              + (bytes >> 20)
              + " MiB failed: choose a smaller shape or fewer tokens, or free memory.");
    }
    this.address = Math.floorDiv(allocated.address() + alignment - 1, alignment) * alignment;
    if (alignment == HUGE_PAGE_BYTES) {
      HugePages.advise(address, bytes);
    }
  }

  /** Size asked for. */
  long bytes() {
    return bytes;
  }

  /** The first byte, as a pointer that owns nothing. */
  Pointer pointer() {
    return at(address);
  }

  /** A view of part of it, in native byte order; valid until this buffer is closed. */
  ByteBuffer slice(long offset, int length) {
    if (closed || offset < 0 || length < 0 || offset + length > bytes) {
      throw new IndexOutOfBoundsException(
          "offset " + offset + ", length " + length + " of " + bytes + " bytes");
    }
    return new BytePointer(at(address + offset))
        .limit(length)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Pointer.free(allocated);
    }
  }

  /** A pointer made from an address; owns nothing. */
  static Pointer at(long address) {
    return new Address(address);
  }

  /** A pointer made from a number. */
  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
