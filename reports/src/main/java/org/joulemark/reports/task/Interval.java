package org.joulemark.reports.task;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;
import org.joulemark.reports.result.MetricValue;
import org.joulemark.reports.result.Samples;

/**
 * A number with half its 95 % interval.
 *
 * @param value the number
 * @param halfWidth half of the interval, NaN where it is not known
 */
public record Interval(double value, double halfWidth) {
  private static final double TAIL = 0.025;

  /** Standard deviations in half of the interval of a normal distribution. */
  public static final double NORMAL = 1.96;

  /**
   * The mean of a metric with the interval that its own scatter gives it: by Student's t over the
   * forks' means, or over the iterations where there is one fork.
   */
  public static Interval ofScatter(MetricValue metric) {
    List<Double> values = new ArrayList<>();
    Samples samples = metric.samples();
    for (int fork = 0; fork < samples.forks(); fork++) {
      double[] iterations = samples.fork(fork);
      if (samples.forks() == 1) {
        for (double value : iterations) {
          values.add(value);
        }
      } else {
        values.add(java.util.Arrays.stream(iterations).average().orElse(Double.NaN));
      }
    }
    int n = values.size();
    if (n < 2) {
      return new Interval(metric.value(), Double.NaN);
    }
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    double t = new TDistribution(null, n - 1.0).inverseCumulativeProbability(1 - TAIL);
    return new Interval(metric.value(), t * Math.sqrt(squares / (n - 1) / n));
  }

  /**
   * This with a further cause of error that is independent of the others; NaN adds nothing. What is
   * not known stays so: a single iteration says nothing of the scatter, however fine its window.
   */
  public Interval widenedBy(double further) {
    return Double.isNaN(further) ? this : new Interval(value, Math.hypot(halfWidth, further));
  }

  /** Half of the interval as a fraction of the value. */
  public double relative() {
    return halfWidth / Math.abs(value);
  }

  /** The quotient of two independent numbers. */
  public Interval over(Interval other) {
    double quotient = value / other.value;
    return new Interval(quotient, Math.abs(quotient) * Math.hypot(relative(), other.relative()));
  }

  /** The lower end. */
  public double low() {
    return value - halfWidth;
  }

  /** The upper end. */
  public double high() {
    return value + halfWidth;
  }
}
