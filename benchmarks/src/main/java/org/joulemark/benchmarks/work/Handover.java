package org.joulemark.benchmarks.work;

import java.util.function.Function;

/**
 * Resources that belong to what is made of them: they are closed here only where making fails, so
 * that in a process that goes on the next trial finds the device as this one did.
 */
public final class Handover {
  private Handover() {}

  /**
   * What {@code make} makes of a resource.
   *
   * @throws RuntimeException what {@code make} throws, after the resource was closed; what closing
   *     throws is added to it
   */
  public static <R extends AutoCloseable, T> T of(R resource, Function<R, T> make) {
    try {
      return make.apply(resource);
    } catch (RuntimeException | Error failure) {
      try {
        resource.close();
      } catch (Exception | Error another) {
        // Where the device itself has failed, closing fails too; why it failed comes first.
        if (another != failure) {
          failure.addSuppressed(another);
        }
      }
      throw failure;
    }
  }
}
