package org.joulemark.harness.energy.nvml;

/**
 * Seconds throttled by each cause, cumulative; NaN where the GPU does not offer one.
 *
 * @param powerSeconds software power cap
 * @param thermalSeconds any thermal limit
 * @param softwareThermalSeconds software thermal slowdown
 * @param hardwareThermalSeconds hardware thermal slowdown
 * @param powerBrakeSeconds hardware power brake
 */
record ThrottleTimes(
    double powerSeconds,
    double thermalSeconds,
    double softwareThermalSeconds,
    double hardwareThermalSeconds,
    double powerBrakeSeconds) {

  /** What came on top of an earlier reading. */
  ThrottleTimes since(ThrottleTimes earlier) {
    return new ThrottleTimes(
        powerSeconds - earlier.powerSeconds,
        thermalSeconds - earlier.thermalSeconds,
        softwareThermalSeconds - earlier.softwareThermalSeconds,
        hardwareThermalSeconds - earlier.hardwareThermalSeconds,
        powerBrakeSeconds - earlier.powerBrakeSeconds);
  }
}
