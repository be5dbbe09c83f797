package org.joulemark.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Cliff's delta of samples whose pairs can be counted by hand. */
class EffectSizeTest {

  @Test
  void cliffsDeltaOfKnownSamples() {
    assertThat(EffectSize.cliffsDelta(new double[] {1, 2}, new double[] {3, 4})).isEqualTo(1);
    assertThat(EffectSize.cliffsDelta(new double[] {3, 4}, new double[] {1, 2})).isEqualTo(-1);
    assertThat(EffectSize.cliffsDelta(new double[] {1, 2}, new double[] {1, 2})).isZero();
    // Of six pairs, b above in 4, equal in 1, below in 1.
    assertThat(EffectSize.cliffsDelta(new double[] {1, 3}, new double[] {2, 3, 4})).isEqualTo(0.5);
  }
}
