package org.joulemark.reports.result;

/**
 * One number of a result.
 *
 * @param value mean over all iterations of all forks; NaN where it could not be determined
 * @param error half width of JMH's 99.9 % confidence interval, NaN where there are too few samples
 * @param unit as JMH wrote it
 * @param samples the values behind it
 */
public record MetricValue(double value, double error, String unit, Samples samples) {
  /** No value. */
  public static final MetricValue NONE = new MetricValue(Double.NaN, Double.NaN, "", Samples.NONE);
}
