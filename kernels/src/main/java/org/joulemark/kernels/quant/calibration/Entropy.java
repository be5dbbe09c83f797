package org.joulemark.kernels.quant.calibration;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The least Kullback-Leibler divergence between the distribution of magnitudes and what codes leave
 * of it (S. Migacz, "8-bit inference with TensorRT", GTC 2017): of a histogram with 2048 bins its
 * first i are kept, all that lies beyond is added to the last of them, and the bins that share a
 * code share their mass evenly.
 */
final class Entropy implements Calibrator {
  private static final int BINS = 2048;
  // INT8 has 128 magnitudes; with fewer bins than codes nothing would be lost.
  private static final int FEWEST_BINS = 128;

  @Override
  public String id() {
    return "entropy";
  }

  @Override
  public String definition() {
    return "the magnitude at which the codes' distribution diverges least from the calibration set's (KL, 2048 bins)";
  }

  @Override
  public float threshold(ActivationSample sample, CodeFormat format) {
    float absmax = sample.absmax();
    if (absmax == 0) {
      return 0;
    }
    double width = (double) absmax / BINS;
    double[] histogram = histogram(sample, width);
    return IntStream.rangeClosed(FEWEST_BINS, BINS)
        .parallel()
        .mapToObj(bins -> candidate(histogram, bins, width, format))
        .min(Comparator.comparingDouble(Candidate::divergence))
        .map(best -> best.bins() == BINS ? absmax : (float) (best.bins() * width))
        .orElse(absmax);
  }

  private record Candidate(int bins, double divergence) {}

  private static double[] histogram(ActivationSample sample, double width) {
    double[] histogram = new double[BINS];
    for (int i = 0; i < sample.size(); i++) {
      histogram[(int) Math.min(BINS - 1, Math.abs(sample.value(i)) / width)]++;
    }
    return histogram;
  }

  private static Candidate candidate(
      double[] histogram, int bins, double width, CodeFormat format) {
    double beyond = 0;
    for (int i = bins; i < BINS; i++) {
      beyond += histogram[i];
    }
    double[] left = afterCodes(histogram, bins, width, format);
    double total = 0;
    double kept = 0;
    for (int i = 0; i < bins; i++) {
      total += histogram[i];
      kept += left[i];
    }
    total += beyond;
    double divergence = 0;
    for (int i = 0; i < bins; i++) {
      double p = (histogram[i] + (i == bins - 1 ? beyond : 0)) / total;
      if (p > 0) {
        double q = left[i] / kept;
        // Mass where the codes have none: infinitely far.
        divergence += q > 0 ? p * Math.log(p / q) : Double.POSITIVE_INFINITY;
      }
    }
    return new Candidate(bins, divergence);
  }

  /** The histogram that is left when bins that share a code share their mass evenly. */
  private static double[] afterCodes(
      double[] histogram, int bins, double width, CodeFormat format) {
    float threshold = (float) (bins * width);
    FittedScale fitted = magnitudes(format).scale(-threshold, threshold);
    double[] left = new double[bins];
    int from = 0;
    while (from < bins) {
      int code = magnitudes(format).level(center(from, width), fitted);
      int to = from;
      double mass = 0;
      int filled = 0;
      while (to < bins && magnitudes(format).level(center(to, width), fitted) == code) {
        mass += histogram[to];
        filled += histogram[to] > 0 ? 1 : 0;
        to++;
      }
      for (int i = from; i < to; i++) {
        left[i] = histogram[i] > 0 ? mass / filled : 0;
      }
      from = to;
    }
    return left;
  }

  /** Asymmetric codes have as fine steps as symmetric ones where both signs reach as far. */
  private static CodeFormat magnitudes(CodeFormat format) {
    return format == CodeFormat.INT8_ASYMMETRIC ? CodeFormat.INT8_SYMMETRIC : format;
  }

  private static float center(int bin, double width) {
    return (float) ((bin + 0.5) * width);
  }
}
