package org.joulemark.benchmarks.task;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.distribution.NormalDistribution;

/** How many tokens the items of a task have: a distribution. */
sealed interface TokenCounts {

  /** The count that a share {@code p} of the items does not exceed, 0 &lt; p &lt; 1; unrounded. */
  double quantile(double p);

  /** Points of each stratum that are averaged. */
  int POINTS = 200;

  /**
   * The mean counts of {@code n} strata of equally many items, ascending: their mean is that of the
   * distribution, whatever n is, because each stratum stands for the mean of its items and not for
   * the one in its middle.
   */
  default double[] strata(int n) {
    double[] means = new double[n];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int j = 0; j < POINTS; j++) {
        sum += quantile((i + (j + 0.5) / POINTS) / n);
      }
      means[i] = sum / POINTS;
    }
    return means;
  }

  /** Mean of the distribution. */
  default double mean() {
    return Arrays.stream(strata(1000)).average().orElseThrow();
  }

  /**
   * The same for every item.
   *
   * @param tokens of each
   */
  record Constant(double tokens) implements TokenCounts {
    @Override
    public double quantile(double p) {
      return tokens;
    }
  }

  /**
   * A log-normal distribution, cut at its upper end: what would be longer is as long as the
   * longest.
   *
   * @param mu mean of the logarithm
   * @param sigma standard deviation of the logarithm, positive
   * @param most the longest
   */
  record LogNormal(double mu, double sigma, double most) implements TokenCounts {
    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);
    private static final double Z95 = NORMAL.inverseCumulativeProbability(0.95);

    /**
     * The log-normal with this mean and this 95th percentile, of the two that exist the narrower.
     *
     * @throws IllegalArgumentException where there is none: the percentile is not above the mean,
     *     or is more than 3.87 times it
     */
    static LogNormal fit(double mean, double p95, double most) {
      double ratio = Math.log(p95 / mean);
      double root = Z95 * Z95 - 2 * ratio;
      if (!(mean > 0) || !(ratio > 0) || root < 0) {
        throw new IllegalArgumentException(
            "no log-normal distribution has mean " + mean + " and 95th percentile " + p95);
      }
      double sigma = Z95 - Math.sqrt(root);
      return new LogNormal(Math.log(mean) - sigma * sigma / 2, sigma, most);
    }

    @Override
    public double quantile(double p) {
      return Math.min(most, Math.exp(mu + sigma * NORMAL.inverseCumulativeProbability(p)));
    }

    /** Mean before the cut. */
    double uncutMean() {
      return Math.exp(mu + sigma * sigma / 2);
    }

    /** 95th percentile before the cut. */
    double uncutP95() {
      return Math.exp(mu + sigma * Z95);
    }
  }

  /**
   * A point of the quantile function.
   *
   * @param share of the items that have no more, from 0 to 1
   * @param tokens that they have at most
   */
  record Point(double share, double tokens) {}

  /**
   * Straight lines between points of the quantile function.
   *
   * @param points ascending, the first at 0 and the last at 1; at least two
   */
  record Quantiles(List<Point> points) implements TokenCounts {

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public Quantiles {
      points = List.copyOf(points);
      if (points.size() < 2
          || points.get(0).share() != 0
          || points.get(points.size() - 1).share() != 1) {
        throw new IllegalArgumentException("quantiles go from share 0 to share 1");
      }
      for (int i = 1; i < points.size(); i++) {
        Point left = points.get(i - 1);
        Point right = points.get(i);
        if (!(right.share() > left.share()) || !(right.tokens() >= left.tokens())) {
          throw new IllegalArgumentException("quantiles ascend");
        }
      }
    }

    @Override
    public double quantile(double p) {
      int right = 1;
      while (points.get(right).share() < p) {
        right++;
      }
      Point from = points.get(right - 1);
      Point to = points.get(right);
      double part = (p - from.share()) / (to.share() - from.share());
      return from.tokens() + part * (to.tokens() - from.tokens());
    }
  }
}
