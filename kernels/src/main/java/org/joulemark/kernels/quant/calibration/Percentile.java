package org.joulemark.kernels.quant.calibration;

/** One number in ten thousand saturates. */
final class Percentile implements Calibrator {
  private static final double SHARE = 0.9999;

  @Override
  public String id() {
    return "percentile";
  }

  @Override
  public String definition() {
    return "the magnitude that 99.99 % of the calibration set do not exceed";
  }

  @Override
  public float threshold(ActivationSample sample, CodeFormat format) {
    float[] magnitudes = sample.sortedMagnitudes();
    // The nearest rank: the smallest number that at least that share does not exceed.
    int rank = (int) Math.ceil(SHARE * magnitudes.length);
    float threshold = magnitudes[rank - 1];
    // Where nearly all are 0 the others are what the codes are for.
    return threshold > 0 ? threshold : sample.absmax();
  }
}
