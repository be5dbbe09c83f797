package org.joulemark.reports.result;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/** JMH's error of a mean, for files that leave it out. */
final class Spread {
  /** As JMH does, 99.9 % on both sides together. */
  private static final double QUANTILE = 1 - 0.001 / 2;

  private static final Map<Integer, Double> STUDENT = new ConcurrentHashMap<>();

  private Spread() {}

  /**
   * Half the 99.9 % confidence interval of the mean of all samples under Student's distribution;
   * NaN for fewer than three, as in JMH.
   */
  static double ofMean(double[] values) {
    return ofMean(values, values.length);
  }

  /** The same of the first {@code count} values. */
  static double ofMean(double[] values, int count) {
    if (count <= 2) {
      return Double.NaN;
    }
    double student =
        STUDENT.computeIfAbsent(
            count, n -> new TDistribution(n - 1.0).inverseCumulativeProbability(QUANTILE));
    return student * Math.sqrt(StatUtils.variance(values, 0, count) / count);
  }
}
