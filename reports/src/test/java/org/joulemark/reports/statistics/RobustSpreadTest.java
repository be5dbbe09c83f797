package org.joulemark.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The spread against values counted by hand and a known population. */
class RobustSpreadTest {

  @Test
  void isTheScaledMedianDeviation() {
    // Median 3, deviations 2, 1, 0, 1, 97: their median is 1.
    assertThat(RobustSpread.of(new double[] {1, 2, 3, 4, 100})).isCloseTo(1.4826, within(1e-12));
    assertThat(RobustSpread.of(new double[] {5, 5, 5})).isZero();
    assertThat(RobustSpread.of(new double[0])).isNaN();
  }

  @Test
  void isTheStandardDeviationOfNormalValues() {
    Random random = new Random(3);
    double[] values = random.doubles(20_000).map(x -> 7 + 2 * random.nextGaussian()).toArray();
    assertThat(RobustSpread.of(values)).isCloseTo(2, within(0.06));
  }
}
