package org.joulemark.kernels.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Owns resources and frees them in the reverse order, each even if another fails to be freed. */
final class CudaScope implements AutoCloseable {
  private final Deque<Runnable> closers = new ArrayDeque<>();

  /** Takes a resource over. */
  <T> T own(T resource, Consumer<? super T> closer) {
    closers.push(() -> closer.accept(resource));
    return resource;
  }

  @Override
  public void close() {
    @Nullable RuntimeException first = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException failure) {
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
