package org.joulemark.kernels.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardingWorkTest {
  private static final Map<Class<?>, Object> ANSWERS =
      Map.of(
          long.class,
          7L,
          DeviceTimes.class,
          new DeviceTimes(1, 2, 3, 4, 5),
          Map.class,
          Map.of("algorithm", "some"));

  static List<Method> methods() {
    return Arrays.asList(Work.class.getMethods());
  }

  /** Every method, so that none that is added to Work with a default is forgotten. */
  @ParameterizedTest
  @MethodSource("methods")
  void everyCallReachesTheWorkAndItsAnswerComesBack(Method method) throws Exception {
    List<String> calls = new ArrayList<>();
    Work work =
        (Work)
            Proxy.newProxyInstance(
                Work.class.getClassLoader(),
                new Class<?>[] {Work.class},
                (proxy, called, arguments) -> {
                  calls.add(called.getName());
                  return ANSWERS.get(called.getReturnType());
                });
    ForwardingWork forwarding =
        new ForwardingWork() {
          @Override
          protected Work work() {
            return work;
          }
        };

    assertThat(method.invoke(forwarding)).isEqualTo(ANSWERS.get(method.getReturnType()));
    assertThat(calls).containsExactly(method.getName());
  }
}
