package org.joulemark.reports.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.Samples;
import org.junit.jupiter.api.Test;

class IntervalTest {
  @Test
  void holdsTheTruthNineteenTimesInTwenty() {
    Random random = new Random(5);
    int held = 0;
    int trials = 4000;
    for (int i = 0; i < trials; i++) {
      double[] values = new double[4];
      double sum = 0;
      for (int j = 0; j < values.length; j++) {
        values[j] = 10 + random.nextGaussian();
        sum += values[j];
      }
      Interval interval = Interval.ofScatter(metric(sum / values.length, Samples.of(values)));
      held += interval.low() <= 10 && 10 <= interval.high() ? 1 : 0;
    }
    assertThat((double) held / trials).isCloseTo(0.95, within(0.015));
  }

  @Test
  void forksAreTheReplicas() {
    Samples samples = Samples.of(new double[] {1, 3}, new double[] {4, 4});
    // Means 2 and 4: t(1) = 12.706, s = √2, n = 2.
    assertThat(Interval.ofScatter(metric(3, samples)).halfWidth()).isCloseTo(12.706, within(0.001));
  }

  @Test
  void oneValueHasNoInterval() {
    Interval alone = Interval.ofScatter(metric(3, Samples.of(new double[] {3})));
    assertThat(alone.halfWidth()).isNaN();
    assertThat(alone.widenedBy(Double.NaN).halfWidth()).isNaN();
    assertThat(alone.widenedBy(0.1).halfWidth()).isNaN();
    assertThat(new Interval(3, 4).widenedBy(Double.NaN).halfWidth()).isEqualTo(4);
    assertThat(new Interval(3, 4).widenedBy(3).halfWidth()).isCloseTo(5, within(1e-12));
  }

  @Test
  void aQuotientHasTheRelativeErrorsOfBoth() {
    Interval quotient = new Interval(8, 0.24).over(new Interval(4, 0.16));
    assertThat(quotient.value()).isEqualTo(2);
    assertThat(quotient.relative()).isCloseTo(0.05, within(1e-12));
  }

  private static MetricValue metric(double value, Samples samples) {
    return new MetricValue(value, Double.NaN, "Wh", samples);
  }
}
