package org.joulemark.kernels.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.joulemark.kernels.engine.Closing;

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
    List<Runnable> owned = List.copyOf(closers);
    closers.clear();
    Closing.all(owned, Runnable::run);
  }

  /** The same because of a failure, to which it adds what closing throws. */
  void closeAfter(Throwable failure) {
    Closing.after(failure, this::close);
  }
}
