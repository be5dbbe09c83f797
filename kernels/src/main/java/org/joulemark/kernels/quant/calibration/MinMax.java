package org.joulemark.kernels.quant.calibration;

/** Nothing saturates. */
final class MinMax implements Calibrator {
  @Override
  public String id() {
    return "minmax";
  }

  @Override
  public String definition() {
    return "the largest magnitude of the calibration set";
  }

  @Override
  public float threshold(ActivationSample sample, CodeFormat format) {
    return sample.absmax();
  }
}
