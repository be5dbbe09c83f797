package org.joulemark.kernels.quant.calibration;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The least mean squared error of the numbers that the codes stand for. */
final class MeanSquaredError implements Calibrator {
  // Thresholds that are tried: evenly from a hundredth of the largest magnitude to all of it.
  private static final int CANDIDATES = 100;

  @Override
  public String id() {
    return "mse";
  }

  @Override
  public String definition() {
    return "the magnitude of which the squared error of the calibration set is least";
  }

  @Override
  public float threshold(ActivationSample sample, CodeFormat format) {
    float absmax = sample.absmax();
    return IntStream.rangeClosed(1, CANDIDATES)
        .parallel()
        .mapToObj(i -> candidate(sample, format, absmax * ((float) i / CANDIDATES)))
        .min(Comparator.comparingDouble(Candidate::squaredError))
        .map(Candidate::threshold)
        .orElse(absmax);
  }

  private record Candidate(float threshold, double squaredError) {}

  private static Candidate candidate(ActivationSample sample, CodeFormat format, float threshold) {
    FittedScale fitted =
        format.scale(Math.max(sample.low(), -threshold), Math.min(sample.high(), threshold));
    double squares = 0;
    for (int i = 0; i < sample.size(); i++) {
      float x = sample.value(i);
      double error = format.value(x, fitted) - x;
      squares += error * error;
    }
    return new Candidate(threshold, squares);
  }
}
