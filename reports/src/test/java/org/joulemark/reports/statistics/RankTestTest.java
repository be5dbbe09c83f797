package org.joulemark.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.inference.MannWhitneyUTest;
import org.junit.jupiter.api.Test;

/** The rank test against what can be counted by hand, by brute force, and by Commons Math. */
class RankTestTest {

  @Test
  void countsTheDealsOfSmallSamples() {
    // Of the 252 ways to deal ten values to five and five, one puts the five smallest left, one
    // right.
    assertThat(p(sequence(1, 5), sequence(6, 5))).isCloseTo(2 / 252.0, within(1e-15));
    // One swapped neighbour: U = 1; U ≤ 1 has two deals on each side.
    assertThat(p(of(1, 2, 3, 4, 6), of(5, 7, 8, 9, 10))).isCloseTo(4 / 252.0, within(1e-15));
    assertThat(p(sequence(1, 10), sequence(11, 10))).isCloseTo(2 / 184756.0, within(1e-18));
    assertThat(p(of(1, 4), of(2, 3))).isEqualTo(1);
  }

  @Test
  void reachesTheCriticalValuesOfThePublishedTables() {
    // Two-sided critical U of Mann and Whitney's tables: 5 v 5 at 5 %: 2; 8 v 8 at 1 %: 7; 10 v 10
    // at 1 %: 16.
    assertThat(pOfU(5, 2)).isLessThanOrEqualTo(0.05);
    assertThat(pOfU(5, 3)).isGreaterThan(0.05);
    assertThat(pOfU(8, 7)).isLessThanOrEqualTo(0.01);
    assertThat(pOfU(8, 8)).isGreaterThan(0.01);
    assertThat(pOfU(10, 16)).isLessThanOrEqualTo(0.01);
    assertThat(pOfU(10, 17)).isGreaterThan(0.01);
  }

  @Test
  void countsWithTiesAsBruteForceDoes() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      double[] a = random.ints(1 + random.nextInt(5), 0, 4).asDoubleStream().toArray();
      double[] b = random.ints(1 + random.nextInt(5), 0, 4).asDoubleStream().toArray();
      assertThat(p(a, b))
          .as("%s %s", Arrays.toString(a), Arrays.toString(b))
          .isCloseTo(bruteForce(a, b), within(1e-12));
    }
  }

  @Test
  void allEqualIsNoDifference() {
    assertThat(p(of(3, 3, 3), of(3, 3))).isEqualTo(1);
    double[] many = new double[60];
    assertThat(p(many, many)).isEqualTo(1);
  }

  @Test
  void largeSamplesAgreeWithCommonsMathUpToItsMissingCorrections() {
    SplittableRandom random = new SplittableRandom(3);
    double[] a = random.doubles(70).toArray();
    double[] b = random.doubles(70).map(x -> x + 0.15).toArray();
    assertThat(p(a, b))
        .isCloseTo(new MannWhitneyUTest().mannWhitneyUTest(a, b), within(2e-4))
        .isBetween(1e-6, 0.2);
  }

  @Test
  void theExactAndTheAsymptoticFormMeet() {
    SplittableRandom random = new SplittableRandom(5);
    double[] a = random.doubles(40).toArray();
    double[] b = random.doubles(40).map(x -> x + 0.1).toArray();
    double exact = p(a, b);
    double[] longer = Arrays.copyOf(b, 41);
    longer[40] = median(a, b);
    assertThat(p(a, longer)).isCloseTo(exact, within(0.1 * exact + 0.01));
  }

  @Test
  void isSymmetricAndBlindToMonotoneMaps() {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 50; round++) {
      double[] a = random.doubles(2 + random.nextInt(9)).toArray();
      double[] b = random.doubles(2 + random.nextInt(9)).toArray();
      assertThat(p(a, b)).isCloseTo(p(b, a), within(1e-12));
      assertThat(
              p(
                  Arrays.stream(a).map(Math::exp).toArray(),
                  Arrays.stream(b).map(Math::exp).toArray()))
          .isEqualTo(p(a, b));
    }
  }

  @Test
  void knowsTheSmallestItCanReach() {
    assertThat(RankTest.smallestP(5, 5)).isCloseTo(2 / 252.0, within(1e-12));
    assertThat(RankTest.smallestP(10, 10)).isCloseTo(2 / 184756.0, within(1e-15));
    assertThat(RankTest.smallestP(1, 1)).isCloseTo(1, within(1e-12));
  }

  @Test
  void refusesWhatItCannotRank() {
    assertThatThrownBy(() -> p(of(), of(1))).hasMessageContaining("both sides");
    assertThatThrownBy(() -> p(of(Double.NaN), of(1))).hasMessageContaining("NaN");
  }

  /**
   * The significance of samples of n and n whose U is {@code u}: u values of a step over one of b.
   */
  private static double pOfU(int n, int u) {
    // a = 1 … n and b above it; moving one value of a up past u values of b gives U = u.
    double[] a = sequence(1, n);
    double[] b = sequence(n + 1, n);
    int over = u;
    for (int i = n - 1; i >= 0 && over > 0; i--) {
      int step = Math.min(over, n);
      a[i] = n + step + 0.5 + i * 1e-3;
      over -= step;
    }
    return p(a, b);
  }

  private static double bruteForce(double[] a, double[] b) {
    double[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    double observed = rankSum(all, (1 << a.length) - 1);
    int deals = 0;
    int below = 0;
    int above = 0;
    for (int mask = 0; mask < 1 << all.length; mask++) {
      if (Integer.bitCount(mask) == a.length) {
        deals++;
        below += rankSum(all, mask) <= observed + 1e-9 ? 1 : 0;
        above += rankSum(all, mask) >= observed - 1e-9 ? 1 : 0;
      }
    }
    return Math.min(1, 2.0 * Math.min(below, above) / deals);
  }

  private static double rankSum(double[] all, int mask) {
    double sum = 0;
    for (int i = 0; i < all.length; i++) {
      if ((mask >> i & 1) == 1) {
        for (double other : all) {
          sum += other < all[i] ? 1 : other == all[i] ? 0.5 : 0;
        }
        sum += 0.5;
      }
    }
    return sum;
  }

  private static double median(double[] a, double[] b) {
    double[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    Arrays.sort(all);
    return (all[all.length / 2] + all[all.length / 2 - 1]) / 2;
  }

  private static double p(double[] a, double[] b) {
    return RankTest.twoSidedP(a, b);
  }

  private static double[] of(double... values) {
    return values;
  }

  private static double[] sequence(int first, int count) {
    double[] values = new double[count];
    Arrays.setAll(values, i -> first + i);
    return values;
  }
}
