package org.joulemark.reports.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeUnitsTest {
  @ParameterizedTest
  @CsvSource({
    "ns/op, 2e-9",
    "us/op, 2e-6",
    "ms/op, 2e-3",
    "s/op, 2",
    "min/op, 120",
    "hr/op, 7200",
    "day/op, 172800",
    "ops/ms, 5e-4",
    "ops/s, 0.5",
    "ops/min, 30"
  })
  void makesSecondsPerOperationOfTimesAndRates(String unit, double expected) {
    assertThat(TimeUnits.toSecondsPerOperation(unit).orElseThrow().applyAsDouble(2))
        .isCloseTo(expected, within(expected * 1e-12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "J/op", "/op", "op", "ops/", "ops/J", "s", "s/op/s"})
  void knowsNoOtherUnits(String unit) {
    assertThat(TimeUnits.toSecondsPerOperation(unit)).isEmpty();
    assertThat(TimeUnits.isTime(unit)).isFalse();
  }

  @Test
  void aTimeIsInSecondsWithItsErrorAndSamples() {
    MetricValue seconds =
        TimeUnits.inSeconds(
            new MetricValue(200, 4, "us/op", Samples.of(new double[][] {{198, 202}})));
    assertThat(seconds.value()).isCloseTo(200e-6, within(1e-15));
    assertThat(seconds.error()).isCloseTo(4e-6, within(1e-15));
    assertThat(seconds.unit()).isEqualTo("s/op");
    assertThat(seconds.samples().fork(0))
        .containsExactly(new double[] {198e-6, 202e-6}, within(1e-15));
    assertThat(TimeUnits.inSeconds(new MetricValue(5, 1, "ops/s", Samples.NONE)))
        .as("a rate has no column of times")
        .isEqualTo(MetricValue.NONE);
  }
}
