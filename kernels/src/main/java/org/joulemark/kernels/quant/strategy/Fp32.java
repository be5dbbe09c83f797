package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** The baseline. */
final class Fp32 implements StrategyFamily {
  @Override
  public String name() {
    return "fp32";
  }

  @Override
  public String definition() {
    return "the baseline: FP32 throughout";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(name(), definition(), Precision.FP32, new LinearScheme.Plain(), false);
  }
}
