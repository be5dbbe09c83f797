package org.joulemark.reports.result;

/**
 * One number of a result.
 *
 * @param value NaN where it could not be determined
 * @param error half width of JMH's 99.9 % confidence interval, NaN where there are too few samples
 * @param unit as JMH wrote it
 */
public record MetricValue(double value, double error, String unit) {
  /** No value. */
  public static final MetricValue NONE = new MetricValue(Double.NaN, Double.NaN, "");
}
