package org.joulemark.kernels.cpu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToIntFunction;
import org.bytedeco.javacpp.Pointer;

/** Owns native handles and buffers and frees them, the youngest first, when it is closed. */
final class NativeScope implements AutoCloseable {
  private final Deque<AutoCloseableQuietly> owned = new ArrayDeque<>();

  private interface AutoCloseableQuietly extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes over a handle that oneDNN just made.
   *
   * @param destroyCall name of the function that destroys it
   * @param destroy calls that function and returns its status
   */
  <P extends Pointer> P own(P handle, String destroyCall, ToIntFunction<P> destroy) {
    owned.push(() -> Dnnl.check(destroy.applyAsInt(handle), destroyCall));
    return handle;
  }

  /** A buffer that lives as long as this scope. */
  NativeBuffer allocate(long bytes) {
    NativeBuffer buffer = new NativeBuffer(bytes);
    owned.push(buffer::close);
    return buffer;
  }

  /** A scope that may be closed on its own, and is when this one is. */
  NativeScope nested() {
    NativeScope inner = new NativeScope();
    owned.push(inner::close);
    return inner;
  }

  /** Frees everything; closing again does nothing. */
  @Override
  public void close() {
    while (!owned.isEmpty()) {
      owned.pop().close();
    }
  }
}
