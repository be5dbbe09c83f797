package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** W8A8 with learned scales. */
final class Int8Trained implements StrategyFamily {
  @Override
  public String name() {
    return "int8-qat";
  }

  @Override
  public String definition() {
    return "W8A8 with scales learned by quantization-aware training: straight-through gradients, the layer's output error minimised";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(
        name(),
        definition(),
        Precision.FP16,
        new LinearScheme.Int8(
            ActivationScaling.PER_TENSOR, false, "trained", 0, Double.POSITIVE_INFINITY),
        false);
  }
}
