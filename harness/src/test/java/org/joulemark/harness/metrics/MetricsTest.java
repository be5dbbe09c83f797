package org.joulemark.harness.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Percentage ROUNDING = Percentage.withPercentage(1e-10);

  @Test
  void figuresOfOneKnownWindow() {
    // 7200 J in 100 s for 20 units: 360 J = 0.1 Wh and 5 s per unit.
    Metrics metrics =
        Metrics.of(7200, 100, 20, new WorkUnit("unit", 1e12, 2e9, 0.8, "fidelity", 4));
    assertThat(metrics.joulesPerUnit()).isCloseTo(360, ROUNDING);
    assertThat(metrics.secondsPerUnit()).isCloseTo(5, ROUNDING);
    assertThat(metrics.watts()).isCloseTo(72, ROUNDING);
    assertThat(metrics.unitsPerJoule()).isCloseTo(1.0 / 360, ROUNDING);
    assertThat(metrics.flopsPerJoule()).isCloseTo(1e12 / 360, ROUNDING);
    assertThat(metrics.eor()).isCloseTo(8, ROUNDING);
    assertThat(metrics.tweor()).isCloseTo(1.6, ROUNDING);
    assertThat(metrics.edp()).isCloseTo(1800, ROUNDING);
    assertThat(metrics.joulesPerToken()).isCloseTo(90, ROUNDING);
    assertThat(metrics.flopRate()).isCloseTo(2e11, ROUNDING);
    assertThat(metrics.byteRate()).isCloseTo(4e8, ROUNDING);
    assertThat(metrics.tokenRate()).isCloseTo(0.8, ROUNDING);
  }

  @Test
  void intensityIsOperationsForAByte() {
    assertThat(Metrics.arithmeticIntensity(2e11, 4e8)).isCloseTo(500, ROUNDING);
    assertThat(Metrics.arithmeticIntensity(2e11, 0)).isNaN();
    assertThat(Metrics.arithmeticIntensity(2e11, Double.NaN)).isNaN();
  }

  @Test
  void aWindowOfTwiceTheLengthMovesNothing() {
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      double joules = Math.exp(random.nextGaussian() * 5);
      double seconds = Math.exp(random.nextGaussian() * 3);
      double units = 1 + random.nextInt(1_000_000) + random.nextDouble();
      WorkUnit unit =
          new WorkUnit(
              "unit",
              random.nextDouble() * 1e15,
              random.nextDouble() * 1e12,
              random.nextDouble(),
              "fidelity",
              1 + random.nextInt(4096));
      Metrics once = Metrics.of(joules, seconds, units, unit);
      Metrics twice = Metrics.of(2 * joules, 2 * seconds, 2 * units, unit);
      assertThat(twice.joulesPerUnit()).isCloseTo(once.joulesPerUnit(), ROUNDING);
      assertThat(twice.secondsPerUnit()).isCloseTo(once.secondsPerUnit(), ROUNDING);
      assertThat(twice.watts()).isCloseTo(once.watts(), ROUNDING);
      assertThat(twice.unitsPerJoule()).isCloseTo(once.unitsPerJoule(), ROUNDING);
      assertThat(twice.flopsPerJoule()).isCloseTo(once.flopsPerJoule(), ROUNDING);
      assertThat(twice.eor()).isCloseTo(once.eor(), ROUNDING);
      assertThat(twice.tweor()).isCloseTo(once.tweor(), ROUNDING);
      assertThat(twice.edp()).isCloseTo(once.edp(), ROUNDING);
      assertThat(twice.joulesPerToken()).isCloseTo(once.joulesPerToken(), ROUNDING);
      assertThat(twice.flopRate()).isCloseTo(once.flopRate(), ROUNDING);
      assertThat(twice.byteRate()).isCloseTo(once.byteRate(), ROUNDING);
      assertThat(twice.tokenRate()).isCloseTo(once.tokenRate(), ROUNDING);
    }
  }

  @Test
  void whatDoesNotApplyIsNaNAndNothingElse() {
    Metrics metrics =
        Metrics.of(10, 2, 5, new WorkUnit("u", Double.NaN, Double.NaN, Double.NaN, "", 0));
    assertThat(metrics.joulesPerUnit()).isCloseTo(2, within(1e-12));
    assertThat(metrics.flopsPerJoule()).isNaN();
    assertThat(metrics.eor()).isNaN();
    assertThat(metrics.tweor()).isNaN();
    assertThat(metrics.joulesPerToken()).isNaN();
    assertThat(metrics.byteRate()).isNaN();
    assertThat(metrics.tokenRate()).isNaN();
  }

  @Test
  void figuresOfAWholeTask() {
    // 7200 J in 100 s for 20 of a task's 1000 units: 100 Wh and 5000 s for the task.
    WorkUnit unit = new WorkUnit("unit", 1e12, 2e9, 0.8, "mmlu", 4, 1000, 1);
    TaskMetrics task = TaskMetrics.of(7200, 72, 100, 20, unit);
    assertThat(task.wattHours()).isCloseTo(100, ROUNDING);
    assertThat(task.uncertaintyWattHours()).isCloseTo(1, ROUNDING);
    assertThat(task.hours()).isCloseTo(5000.0 / 3600, ROUNDING);
    assertThat(task.eor()).isCloseTo(0.008, ROUNDING);
    assertThat(task.tweor()).isCloseTo(0.008 / 5000, ROUNDING);
    assertThat(TaskMetrics.of(14400, 144, 200, 40, unit).wattHours()).isCloseTo(100, ROUNDING);
    assertThat(new WorkUnit("gemm", 1, 1, 1, "fidelity", 1).partOfTask()).isFalse();
    assertThatThrownBy(() -> new WorkUnit("u", 1, 1, 1, "mmlu", 1, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new WorkUnit("u", 1, 1, 1, "mmlu", 1, 9, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aScoreOutsideItsRangeIsRefused() {
    assertThatThrownBy(() -> new WorkUnit("u", 1, 1, 1.01, "accuracy", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[0, 1]");
  }
}
