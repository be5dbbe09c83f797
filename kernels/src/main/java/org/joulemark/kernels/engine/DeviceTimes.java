package org.joulemark.kernels.engine;

/**
 * The device's own time per work unit since the times were last forgotten, from events on the
 * device; NaN where the engine has no such clock.
 *
 * @param meanSeconds mean
 * @param medianSeconds median
 * @param p10Seconds 10th percentile
 * @param p90Seconds 90th percentile
 * @param samples number of intervals behind them
 */
public record DeviceTimes(
    double meanSeconds, double medianSeconds, double p10Seconds, double p90Seconds, long samples) {

  /** For an engine without a clock of its own. */
  public static final DeviceTimes NONE =
      new DeviceTimes(Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);
}
