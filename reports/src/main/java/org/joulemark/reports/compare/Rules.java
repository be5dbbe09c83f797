package org.joulemark.reports.compare;

import org.joulemark.reports.statistics.EffectSize;

/**
 * When a difference counts. Thresholds are fractions: 0.02 calls a ratio of 1.02, or of 1 / 1.02, a
 * change.
 *
 * @param gpuTimeThreshold of the time of an operation on a GPU
 * @param cpuTimeThreshold of the time of an operation on the CPU engine, whose clocks are nobody's
 * @param energyThreshold of energy that was read from a sensor
 * @param modelledEnergyThreshold of energy that a power model derives from busy time, which is
 *     therefore as noisy as the time
 * @param confidence of the two-sided bootstrap interval of the change; the rank test, not this,
 *     keeps noise from raising alarms
 * @param significance below which the rank test's adjusted significance must lie
 * @param effect which |Cliff's δ| must reach
 * @param unrest from how many thresholds of spread among the forks of one run on its machine was
 *     not quiet enough for a verdict of change
 * @param minimumForks on each side
 * @param resamples of the bootstrap
 * @param seed of the bootstrap: the same files give the same verdicts
 */
public record Rules(
    double gpuTimeThreshold,
    double cpuTimeThreshold,
    double energyThreshold,
    double modelledEnergyThreshold,
    double confidence,
    double significance,
    double effect,
    double unrest,
    int minimumForks,
    int resamples,
    long seed) {
  /** The rules that docs/comparison.md gives the error rates of. */
  public static final Rules STANDARD =
      new Rules(0.02, 0.05, 0.03, 0.05, 0.95, 0.01, EffectSize.LARGE, 3, 5, 10_000, 20240607L);

  /**
   * The same with thresholds that the user chose.
   *
   * @param time threshold of time, NaN to leave it
   * @param energy threshold of energy, NaN to leave it
   * @throws IllegalArgumentException unless a threshold lies between 0 and 1
   */
  public Rules withThresholds(double time, double energy) {
    requireFraction("time", time);
    requireFraction("energy", energy);
    return new Rules(
        Double.isNaN(time) ? gpuTimeThreshold : time,
        Double.isNaN(time) ? cpuTimeThreshold : time,
        Double.isNaN(energy) ? energyThreshold : energy,
        Double.isNaN(energy) ? modelledEnergyThreshold : energy,
        confidence,
        significance,
        effect,
        unrest,
        minimumForks,
        resamples,
        seed);
  }

  private static void requireFraction(String what, double threshold) {
    if (threshold <= 0 || threshold >= 1) {
      throw new IllegalArgumentException(
          "The threshold of " + what + " is " + threshold + "; give a fraction such as 0.02.");
    }
  }
}
