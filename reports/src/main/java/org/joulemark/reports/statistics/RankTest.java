package org.joulemark.reports.statistics;

import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.ranking.NaNStrategy;
import org.apache.commons.math3.stat.ranking.NaturalRanking;
import org.apache.commons.math3.stat.ranking.TiesStrategy;
import org.apache.commons.math3.util.CombinatoricsUtils;

/**
 * The two-sided rank test of Mann and Whitney (1947) for two independent samples.
 *
 * <p>Up to {@value #EXACT_UP_TO} values together the significance is exact: of all ways to deal the
 * values to two samples of these sizes, twice the share of those whose rank sum lies at least as
 * far out on the same side as the one at hand; equal values share the mean of their ranks. Commons
 * Math offers the asymptotic form alone, which is wrong by a factor for five values against five;
 * here it takes over, with the correction for ties, where samples are too large to count.
 */
public final class RankTest {
  private static final int EXACT_UP_TO = 80;

  private RankTest() {}

  /**
   * The significance of the difference between {@code a} and {@code b}: the probability of one at
   * least as large if both came from one distribution.
   *
   * @return in (0, 1]
   * @throws IllegalArgumentException if a sample is empty or has a NaN
   */
  public static double twoSidedP(double[] a, double[] b) {
    if (a.length == 0 || b.length == 0) {
      throw new IllegalArgumentException("a rank test needs values on both sides");
    }
    if (Arrays.stream(a).anyMatch(Double::isNaN) || Arrays.stream(b).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a rank test cannot rank NaN");
    }
    int[] doubledRanks = doubledRanks(a, b);
    return a.length + b.length <= EXACT_UP_TO
        ? exact(doubledRanks, a.length)
        : asymptotic(doubledRanks, a.length);
  }

  /** The smallest significance that samples of these sizes can reach: 2 / C(n+m, n). */
  public static double smallestP(int n, int m) {
    return Math.min(
        1,
        2
            * Math.exp(
                -CombinatoricsUtils.factorialLog(n + m)
                    + CombinatoricsUtils.factorialLog(n)
                    + CombinatoricsUtils.factorialLog(m)));
  }

  /**
   * Twice the rank of each value among all, those of {@code a} first: whole numbers even with ties.
   */
  private static int[] doubledRanks(double[] a, double[] b) {
    double[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    double[] ranks = new NaturalRanking(NaNStrategy.FAILED, TiesStrategy.AVERAGE).rank(all);
    return Arrays.stream(ranks).mapToInt(rank -> (int) Math.rint(2 * rank)).toArray();
  }

  private static double exact(int[] doubledRanks, int size) {
    int total = Arrays.stream(doubledRanks).sum();
    // ways[k][s]: how many choices of k of the values seen so far have the doubled rank sum s.
    double[][] ways = new double[size + 1][total + 1];
    ways[0][0] = 1;
    for (int rank : doubledRanks) {
      for (int k = size; k >= 1; k--) {
        for (int sum = total; sum >= rank; sum--) {
          ways[k][sum] += ways[k - 1][sum - rank];
        }
      }
    }
    int observed = sumOfFirst(doubledRanks, size);
    double all = 0;
    double atMost = 0;
    double atLeast = 0;
    for (int sum = 0; sum <= total; sum++) {
      all += ways[size][sum];
      atMost += sum <= observed ? ways[size][sum] : 0;
      atLeast += sum >= observed ? ways[size][sum] : 0;
    }
    return Math.min(1, 2 * Math.min(atMost, atLeast) / all);
  }

  private static double asymptotic(int[] doubledRanks, int size) {
    int count = doubledRanks.length;
    double expected = size * (count + 1.0);
    double meanRank = count + 1.0;
    double spread =
        Arrays.stream(doubledRanks).mapToDouble(r -> (r - meanRank) * (r - meanRank)).sum();
    // Variance of the sum of a sample drawn without replacement from the ranks, ties and all.
    double variance = (double) size * (count - size) / (count * (count - 1.0)) * spread;
    // Half a rank of continuity correction: one, since ranks are doubled.
    double distance = Math.max(0, Math.abs(sumOfFirst(doubledRanks, size) - expected) - 1);
    if (variance == 0) {
      return 1;
    }
    double z = distance / Math.sqrt(variance);
    return Math.min(1, 2 * new NormalDistribution().cumulativeProbability(-z));
  }

  private static int sumOfFirst(int[] values, int count) {
    return Arrays.stream(values, 0, count).sum();
  }
}
