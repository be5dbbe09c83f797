package org.joulemark.kernels.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private final List<String> closed = new ArrayList<>();

  private void close(String resource) {
    closed.add(resource);
    if (resource.startsWith("bad")) {
      throw new IllegalStateException(resource);
    }
  }

  @Test
  void allAreClosedInTheirOrder() {
    assertThatCode(() -> Closing.all(List.of("a", "b"), this::close)).doesNotThrowAnyException();
    assertThat(closed).containsExactly("a", "b");
  }

  @Test
  void theFirstFailureIsThrownWithTheOthersOnceAllAreClosed() {
    assertThatThrownBy(() -> Closing.all(List.of("a", "bad 1", "b", "bad 2", "c"), this::close))
        .hasMessage("bad 1")
        .satisfies(
            first ->
                assertThat(first.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("bad 2"));
    assertThat(closed).containsExactly("a", "bad 1", "b", "bad 2", "c");
  }

  @Test
  void aFailureThatWasThereBeforeComesFirst() {
    RuntimeException failure = new RuntimeException("why");
    Closing.after(failure, List.of("bad 1", "b"), this::close);
    assertThat(closed).containsExactly("bad 1", "b");
    assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("bad 1");
  }

  @Test
  void aFailureThatClosingThrowsAgainIsNotAddedToItself() {
    RuntimeException failure = new RuntimeException("why");
    Closing.after(
        failure,
        List.of("a", "b"),
        resource -> {
          throw failure;
        });
    assertThat(failure.getSuppressed()).isEmpty();
  }
}
