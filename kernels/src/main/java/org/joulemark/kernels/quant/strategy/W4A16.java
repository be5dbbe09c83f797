package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** INT4 weights alone. */
final class W4A16 implements StrategyFamily {
  @Override
  public String name() {
    return "w4a16";
  }

  @Override
  public String definition() {
    return "INT4 weights with a scale and a zero point for each 128 inputs of a channel (GPTQ, AWQ), FP16 activations";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(
        name(), definition(), Precision.FP16, new LinearScheme.WeightOnly(4, 128), false);
  }
}
