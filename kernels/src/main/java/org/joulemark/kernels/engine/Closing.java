package org.joulemark.kernels.engine;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Closes several resources, each even if another fails to be closed. */
public final class Closing {
  private Closing() {}

  /**
   * Closes all of them, in their order.
   *
   * @throws RuntimeException the first failure, the others added to it
   */
  public static <T> void all(Iterable<? extends T> resources, Consumer<? super T> close) {
    @Nullable RuntimeException first = null;
    for (T resource : resources) {
      try {
        close.accept(resource);
      } catch (RuntimeException failure) {
        if (first == null) {
          first = failure;
        } else if (failure != first) {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Closes all of them because of a failure, to which it adds what closing throws. */
  public static <T> void after(
      Throwable failure, Iterable<? extends T> resources, Consumer<? super T> close) {
    after(failure, () -> all(resources, close));
  }

  /** Closes something because of a failure, to which it adds what closing throws. */
  public static void after(Throwable failure, Runnable close) {
    try {
      close.run();
    } catch (RuntimeException another) {
      // Where the device itself has failed, freeing fails too; why it failed comes first.
      if (another != failure) {
        failure.addSuppressed(another);
      }
    }
  }
}
