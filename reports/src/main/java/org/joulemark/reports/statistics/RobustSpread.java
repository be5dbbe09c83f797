package org.joulemark.reports.statistics;

import java.util.Arrays;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/** How widely a sample scatters, not minding a few values far out. */
public final class RobustSpread {
  /** Makes the median absolute deviation of normal values their standard deviation. */
  private static final double NORMAL = 1.4826;

  private RobustSpread() {}

  /**
   * The median absolute deviation from the median, scaled so that normal values give their standard
   * deviation (Rousseeuw and Croux, 1993).
   *
   * @return in the values' unit; NaN without values
   */
  public static double of(double[] values) {
    double center = new Median().evaluate(values);
    return NORMAL
        * new Median()
            .evaluate(Arrays.stream(values).map(value -> Math.abs(value - center)).toArray());
  }
}
