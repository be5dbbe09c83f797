package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** INT8 weights alone. */
final class W8A16 implements StrategyFamily {
  @Override
  public String name() {
    return "w8a16";
  }

  @Override
  public String definition() {
    return "INT8 weights with a scale for each channel, FP16 activations";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(
        name(), definition(), Precision.FP16, new LinearScheme.WeightOnly(8, 0), false);
  }
}
