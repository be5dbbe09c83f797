package org.joulemark.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueuePlanTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-6, 2.3e-6, 1e-5, 1e-4, 3e-4, 1.4e-3, 0.05, 2})
  void marksAreSparseAndTheQueueIsShort(double seconds) {
    QueuePlan plan = QueuePlan.of(seconds, 1);
    assertThat(plan.batchesPerMark()).isBetween(1, 256);
    assertThat(plan.marksInFlight()).isBetween(2, 64);
    if (seconds > 1e-6) {
      assertThat(plan.batchesPerMark() * seconds).isGreaterThanOrEqualTo(249e-6);
      double inFlight = plan.batchesPerMark() * plan.marksInFlight() * seconds;
      assertThat(inFlight).isGreaterThanOrEqualTo(1e-3);
      assertThat(inFlight).isLessThan(5e-3 + 2 * seconds);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 640, 1024})
  void aGraphIsWholePassesOverTheSets(int sets) {
    for (double seconds : new double[] {1e-6, 5e-6, 1e-4, 2e-3}) {
      int units = QueuePlan.unitsPerGraph(seconds, sets);
      assertThat(units % sets).isZero();
      assertThat(units).isBetween(1, 4096);
      assertThat(units * seconds >= 500e-6 || units + sets > 4096).isTrue();
    }
  }
}
