package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** INT8 or FP16, decided by each call's activations. */
final class DynamicQuantization implements StrategyFamily {
  // One number in a thousand beyond 6 rms, and tails three times as heavy as a Laplace
  // distribution's
  // (kurtosis 6) at most: beyond them one scale for a token wastes most of INT8's codes.
  private static final double OUTLIER_SHARE = 0.001;
  private static final double KURTOSIS = 18;

  @Override
  public String name() {
    return "dynamic";
  }

  @Override
  public String definition() {
    return "each linear part of each call runs in INT8 or FP16 by the distribution of its activations, decided on the device";
  }

  @Override
  public String options() {
    return "[/OUTLIER_SHARE[/KURTOSIS]]";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(2, options, this);
    double share = Options.number(options, 0, OUTLIER_SHARE, 1, this);
    double kurtosis = Options.number(options, 1, KURTOSIS, 1e9, this);
    return new Strategy(
        options.isEmpty() ? name() : name() + "/" + share + "/" + kurtosis,
        definition(),
        Precision.FP16,
        new LinearScheme.Dynamic(share, kurtosis),
        false);
  }
}
