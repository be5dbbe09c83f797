package org.joulemark.benchmarks.run;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The states that JMH keeps of a benchmark in this process.
 *
 * <p>JMH 1.37 generates a class {@code jmh_generated.<Class>_<method>_jmhTest} beside each
 * benchmark's and keeps each state of {@code Scope.Benchmark} in a static field of it, {@code
 * f_…_G}. It clears the field at the end of the last iteration of a trial that went well, and only
 * then: without forks, the next trial of the same benchmark would otherwise run the failed one's
 * state, with the failed one's parameters and without a set-up of its own.
 */
final class JmhStates {
  private JmhStates() {}

  /**
   * Makes JMH forget the states of a benchmark, so that its next trial makes its own.
   *
   * @param benchmark full name of the benchmark method, of a class that is not nested
   * @return the states of a trial that got past its set-up and did not end, for the caller to
   *     close; empty if there was none
   * @throws IllegalStateException if JMH's generated class is not as described above
   */
  static List<Object> drop(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    int type = benchmark.lastIndexOf('.', method - 1);
    String generated =
        benchmark.substring(0, type + 1)
            + "jmh_generated."
            + benchmark.substring(type + 1).replace('.', '_')
            + "_jmhTest";
    try {
      return drop(Class.forName(generated));
    } catch (ClassNotFoundException e) {
      throw unexpected(generated, "is not there", e);
    }
  }

  /**
   * The same for a class that JMH has generated.
   *
   * @throws IllegalStateException if it keeps no state as described above
   */
  static List<Object> drop(Class<?> generated) {
    List<Object> states = new ArrayList<>();
    boolean found = false;
    for (Field field : generated.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers())
          && field.getName().startsWith("f_")
          && field.getName().endsWith("_G")) {
        found = true;
        try {
          field.setAccessible(true);
          Object state = field.get(null);
          field.set(null, null);
          if (state != null) {
            states.add(state);
          }
        } catch (ReflectiveOperationException e) {
          throw unexpected(generated.getName(), "does not let go of " + field.getName(), e);
        }
      }
    }
    if (!found) {
      throw unexpected(generated.getName(), "has no static field f_…_G", null);
    }
    return states;
  }

  private static IllegalStateException unexpected(
      String generated, String what, @Nullable Exception cause) {
    return new IllegalStateException(
        "JMH's state of the failed trial cannot be cleared, because "
            + generated
            + " "
            + what
            + " (expected as of JMH 1.37); run the configurations that are left with -f 1.",
        cause);
  }
}
