package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** Symmetric W8A8. */
final class Int8Symmetric implements StrategyFamily {
  @Override
  public String name() {
    return "int8-sym";
  }

  @Override
  public String definition() {
    return "W8A8, symmetric: INT8 weights with a scale for each channel, INT8 activations with a scale for each token, or one calibrated scale";
  }

  @Override
  public String options() {
    return "[/per-token | /per-tensor[/mse | /minmax | /percentile | /entropy]]";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(2, options, this);
    ActivationScaling scaling = Options.scaling(options, 0, ActivationScaling.PER_TOKEN, this);
    boolean fitted = scaling == ActivationScaling.PER_TENSOR;
    if (!fitted) {
      Options.atMost(1, options, this);
    }
    String calibration = fitted ? Options.choose(options, 1, Options.CALIBRATIONS, this) : "";
    return new Strategy(
        fitted ? name() + "/" + scaling.id() + "/" + calibration : name(),
        definition(),
        Precision.FP16,
        new LinearScheme.Int8(scaling, false, calibration, 0, Double.POSITIVE_INFINITY),
        false);
  }
}
