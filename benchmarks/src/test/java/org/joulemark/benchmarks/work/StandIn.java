package org.joulemark.benchmarks.work;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Stands in for an engine's parts by the names of the methods that are called. */
final class StandIn {
  private StandIn() {}

  /** What it answers. */
  interface Answers {
    @Nullable Object to(String method);
  }

  static <T> T of(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answers.to(method.getName())));
  }
}
