package org.joulemark.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.joulemark.harness.Undisturbed.undisturbed;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What tests may lean on must not hide what is always wrong. */
class UndisturbedTest {
  @Test
  void oneSpoiltAttemptIsForgiven() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    undisturbed(() -> assertThat(attempts.incrementAndGet()).as("in the test's test").isEqualTo(2));
    assertThat(attempts).hasValue(2);
  }

  @Test
  void whatIsAlwaysWrongFailsWithAllThatWasSaid() {
    AtomicInteger attempts = new AtomicInteger();
    assertThatThrownBy(
            () -> undisturbed(() -> assertThat(attempts.incrementAndGet()).isGreaterThan(5)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("None of 5 attempts held")
        .satisfies(error -> assertThat(error.getSuppressed()).hasSize(5));
  }

  @Test
  void anExceptionIsNoSpoiltAttempt() {
    AtomicInteger attempts = new AtomicInteger();
    assertThatThrownBy(
            () ->
                undisturbed(
                    () -> {
                      attempts.incrementAndGet();
                      throw new IllegalStateException("broken");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(attempts).hasValue(1);
  }
}
