package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTeamTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyPieceIsDoneOnceBeforeRunReturns(int size) {
    try (WorkerTeam team = new WorkerTeam(size)) {
      assertThat(team.size()).isEqualTo(size);
      for (int round = 0; round < 500; round++) {
        int pieces = round % 7;
        AtomicIntegerArray done = new AtomicIntegerArray(pieces);
        team.run(
            (index, worker) -> {
              assertThat(worker).isBetween(0, size - 1);
              done.incrementAndGet(index);
            },
            pieces);
        for (int i = 0; i < pieces; i++) {
          assertThat(done.get(i)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void aFailureOnAnyThreadReachesTheCallerAndTheTeamGoesOn() {
    try (WorkerTeam team = new WorkerTeam(3)) {
      for (int round = 0; round < 50; round++) {
        int failing = round % 8;
        assertThatThrownBy(
                () ->
                    team.run(
                        (index, worker) -> {
                          if (index == failing) {
                            throw new IllegalArgumentException("piece " + index);
                          }
                        },
                        8))
            .isInstanceOfAny(IllegalStateException.class, IllegalArgumentException.class)
            .satisfies(
                thrown ->
                    assertThat(thrown.getMessage() + thrown.getCause())
                        .contains("piece " + failing));
        team.run((index, worker) -> {}, 8);
      }
    }
  }

  @Test
  void availableMemoryIsAPlausibleNumber() {
    assertThat(CpuMemory.available()).isBetween(1L << 20, 1L << 50);
  }
}
