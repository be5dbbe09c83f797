package org.joulemark.kernels.qat;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.quant.LayerScales;

/**
 * A short training of a layer's scales from those of a calibration. Sequences that the steps never
 * see decide what is kept: the best of the scales seen on the way, and those only if they beat the
 * calibration's by more than chance, token by token; otherwise the calibration's stay. So a fit
 * that learns nothing costs no fidelity.
 */
public final class ScaleFit {
  // How often the held-out sequences are looked at.
  private static final int LOOKS = 8;
  // A mean difference beyond two of its own standard errors is seldom chance.
  private static final double STANDARD_ERRORS = 2;

  private final int steps;
  private final double rate;
  private final LongSupplier nanoClock;

  /**
   * A fit.
   *
   * @param steps at least one
   * @param rate the learning rate of the first step; it falls to 0 along half a cosine
   * @param nanoClock what the steps are timed by, such as {@code System::nanoTime}
   * @throws IllegalArgumentException for less than one step
   */
  public ScaleFit(int steps, double rate, LongSupplier nanoClock) {
    if (steps < 1) {
      throw new IllegalArgumentException("a fit needs at least 1 step, not " + steps);
    }
    this.steps = steps;
    this.rate = rate;
    this.nanoClock = nanoClock;
  }

  /**
   * Fits.
   *
   * @param start the calibration's scales, with an activation scale for each part
   * @param training sequences [n][H] for the steps
   * @param heldOut sequences [n][H] that decide what is kept
   */
  public TrainedScales fit(
      TrainableLayer layer,
      LayerWeights weights,
      LayerScales start,
      List<double[][]> training,
      List<double[][]> heldOut,
      LossScaler scaler) {
    LayerTrainer trainer = new LayerTrainer(layer, weights, start, training, scaler);
    List<Sample> judges = heldOut.stream().map(input -> new Sample(layer, input)).toList();
    double[] before = trainer.losses(judges);
    double[] best = before;
    LayerScales bestScales = start;
    double[] seconds = new double[steps];
    for (int i = 0; i < steps; i++) {
      long begin = nanoClock.getAsLong();
      trainer.step(rate * (1 + Math.cos(Math.PI * i / steps)) / 2);
      seconds[i] = (nanoClock.getAsLong() - begin) * 1e-9;
      if ((i + 1) % Math.max(1, steps / LOOKS) == 0 || i + 1 == steps) {
        double[] now = trainer.losses(judges);
        if (Arrays.stream(now).sum() < Arrays.stream(best).sum()) {
          best = now;
          bestScales = trainer.scales();
        }
      }
    }
    boolean improved = beats(best, before);
    return new TrainedScales(
        improved ? bestScales : start,
        improved,
        steps,
        Arrays.stream(before).sum() / judges.size(),
        Arrays.stream(improved ? best : before).sum() / judges.size(),
        scaler.overflows(),
        scaler.scale(),
        median(seconds));
  }

  /**
   * Which of several calibrations a fit had best start from: the one whose scales lose least on the
   * sequences that decide what is kept. So what is learned is no worse on these than any of them.
   *
   * @param starts each with an activation scale for each part; at least one
   * @param heldOut sequences [n][H]
   * @return index in {@code starts}
   */
  public static int best(
      TrainableLayer layer,
      LayerWeights weights,
      List<LayerScales> starts,
      List<double[][]> heldOut) {
    List<Sample> judges = heldOut.stream().map(input -> new Sample(layer, input)).toList();
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < starts.size(); i++) {
      layer.scales(new ScaleParameters(weights, starts.get(i)).scales());
      double loss = 0;
      for (Sample judge : judges) {
        loss += Arrays.stream(judge.losses(layer.forward(judge.input()))).sum();
      }
      if (loss < least) {
        least = loss;
        best = i;
      }
    }
    return best;
  }

  /** Whether losses are lower by more than chance, token by token. */
  private static boolean beats(double[] losses, double[] others) {
    int n = losses.length;
    double mean = 0;
    for (int m = 0; m < n; m++) {
      mean += (others[m] - losses[m]) / n;
    }
    double variance = 0;
    for (int m = 0; m < n; m++) {
      double deviation = others[m] - losses[m] - mean;
      variance += deviation * deviation / Math.max(1, n - 1);
    }
    return mean > STANDARD_ERRORS * Math.sqrt(variance / n);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
