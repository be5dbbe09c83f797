package org.joulemark.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The adjustment against the paper's own example and its defining properties. */
class FalseDiscoveryTest {

  /** The fifteen significances of Benjamini and Hochberg (1995), section 4. */
  private static final double[] PAPER = {
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0
  };

  @Test
  void finds4OfThePapers15At5Percent() {
    double[] q = FalseDiscovery.adjust(PAPER);
    for (int i = 0; i < PAPER.length; i++) {
      assertThat(q[i] <= 0.05).as("hypothesis %d, q = %s", i + 1, q[i]).isEqualTo(i < 4);
    }
    assertThat(q[0]).isCloseTo(0.0015, within(1e-12));
    assertThat(q[3]).isCloseTo(0.0095 * 15 / 4, within(1e-12));
    // 0.0201·15/5 = 0.0603 but 0.0298·15/7 = 0.0639 and 0.0344·15/8 = 0.0645 are larger: its own
    // holds.
    assertThat(q[4]).isCloseTo(0.0603, within(1e-12));
  }

  @Test
  void keepsTheOrderOfTheQuestions() {
    assertThat(FalseDiscovery.adjust(new double[] {0.04, 0.01, 0.03}))
        .containsExactly(new double[] {0.04, 0.03, 0.04}, within(1e-12));
    assertThat(FalseDiscovery.adjust(new double[0])).isEmpty();
  }

  @Test
  void neverBelowItsOwnAndMonotone() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 100; round++) {
      double[] p = random.doubles(1 + random.nextInt(40)).toArray();
      double[] q = FalseDiscovery.adjust(p);
      for (int i = 0; i < p.length; i++) {
        assertThat(q[i]).isBetween(p[i], 1.0);
        for (int j = 0; j < p.length; j++) {
          assertThat(p[i] <= p[j] && q[i] > q[j]).isFalse();
        }
      }
    }
  }
}
