package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** FP8 E4M3. */
final class Fp8 implements StrategyFamily {
  @Override
  public String name() {
    return "fp8";
  }

  @Override
  public String definition() {
    return "FP8 E4M3 weights and activations, with scales for each channel and token, or one calibrated scale each";
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
        new LinearScheme.Fp8(scaling, calibration),
        false);
  }
}
