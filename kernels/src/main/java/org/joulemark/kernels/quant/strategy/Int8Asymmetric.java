package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** W8A8 with zero points. */
final class Int8Asymmetric implements StrategyFamily {
  @Override
  public String name() {
    return "int8-asym";
  }

  @Override
  public String definition() {
    return "W8A8, activations with a zero point, the products corrected exactly";
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
        new LinearScheme.Int8(scaling, true, calibration, 0, Double.POSITIVE_INFINITY),
        false);
  }
}
