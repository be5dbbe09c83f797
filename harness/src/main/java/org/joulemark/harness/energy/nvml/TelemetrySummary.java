package org.joulemark.harness.energy.nvml;

/**
 * What telemetry says of a window; NaN where there was no sample.
 *
 * @param meanWatts mean of the instant powers
 * @param peakWatts largest of them
 * @param smMeanMhz mean clock of the multiprocessors
 * @param smMinMhz lowest
 * @param smMaxMhz highest
 * @param memoryMeanMhz mean clock of the memory
 * @param startCelsius first temperature
 * @param endCelsius last temperature
 */
record TelemetrySummary(
    double meanWatts,
    double peakWatts,
    double smMeanMhz,
    double smMinMhz,
    double smMaxMhz,
    double memoryMeanMhz,
    double startCelsius,
    double endCelsius) {

  /** Clocks that differ by more than this share within a window are said to float. */
  private static final double FLOATING = 0.01;

  static final TelemetrySummary NONE = new Builder().build();

  boolean clocksFloat() {
    return smMaxMhz - smMinMhz > FLOATING * smMaxMhz;
  }

  /** Adds samples up. */
  static final class Builder {
    private int samples;
    private double watts;
    private double peak = Double.NaN;
    private double sm;
    private double smMin = Double.NaN;
    private double smMax = Double.NaN;
    private double memory;
    private double first = Double.NaN;
    private double last = Double.NaN;

    void add(double sampleWatts, double smMhz, double memoryMhz, double celsius) {
      if (samples == 0) {
        first = celsius;
        peak = sampleWatts;
        smMin = smMhz;
        smMax = smMhz;
      }
      samples++;
      watts += sampleWatts;
      peak = Math.max(peak, sampleWatts);
      sm += smMhz;
      smMin = Math.min(smMin, smMhz);
      smMax = Math.max(smMax, smMhz);
      memory += memoryMhz;
      last = celsius;
    }

    TelemetrySummary build() {
      // 0/0 is NaN: no sample, no mean.
      return new TelemetrySummary(
          watts / samples, peak, sm / samples, smMin, smMax, memory / samples, first, last);
    }
  }
}
