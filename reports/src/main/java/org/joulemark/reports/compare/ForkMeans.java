package org.joulemark.reports.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.TimeUnits;

/** The mean of each fork, as in JMH's own score, in base units. */
public final class ForkMeans {
  private ForkMeans() {}

  /**
   * Seconds of one operation, whatever mode and unit JMH measured in: a rate is turned round.
   *
   * @return a value for each fork that has one; empty where the unit is no time and no rate
   */
  public static List<Double> secondsPerOperation(MetricValue time) {
    return TimeUnits.toSecondsPerOperation(time.unit())
        .map(scale -> means(time, scale))
        .orElse(List.of());
  }

  /** The values of a metric that is in its base unit already. */
  public static List<Double> of(MetricValue metric) {
    return means(metric, DoubleUnaryOperator.identity());
  }

  /** Iterations without a value are left out, and so are forks that have none at all. */
  private static List<Double> means(MetricValue metric, DoubleUnaryOperator scale) {
    List<Double> means = new ArrayList<>();
    for (int fork = 0; fork < metric.samples().forks(); fork++) {
      double mean =
          Arrays.stream(metric.samples().fork(fork))
              .filter(value -> !Double.isNaN(value))
              .average()
              .orElse(Double.NaN);
      if (!Double.isNaN(mean)) {
        means.add(scale.applyAsDouble(mean));
      }
    }
    return means;
  }
}
