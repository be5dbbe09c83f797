package org.joulemark.reports.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.joulemark.reports.result.MetricValue;

/** The mean of each fork, as in JMH's own score, in base units. */
public final class ForkMeans {
  private static final Map<String, Double> SECONDS =
      Map.of(
          "ns", 1e-9, "us", 1e-6, "ms", 1e-3, "s", 1.0, "min", 60.0, "hr", 3600.0, "day", 86400.0);

  private ForkMeans() {}

  /**
   * Seconds of one operation, whatever mode and unit JMH measured in: a rate is turned round.
   *
   * @return a value for each fork that has one; empty where the unit is no time and no rate
   */
  public static List<Double> secondsPerOperation(MetricValue time) {
    String[] parts = time.unit().split("/", -1);
    if (parts.length == 2 && parts[1].equals("op") && SECONDS.containsKey(parts[0])) {
      double scale = SECONDS.get(parts[0]);
      return means(time, value -> value * scale);
    }
    if (parts.length == 2 && parts[0].equals("ops") && SECONDS.containsKey(parts[1])) {
      double scale = SECONDS.get(parts[1]);
      return means(time, value -> scale / value);
    }
    return List.of();
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
