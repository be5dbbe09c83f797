package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** TF32 in the linear parts. */
final class Tf32 implements StrategyFamily {
  @Override
  public String name() {
    return "tf32";
  }

  @Override
  public String definition() {
    return "FP32 numbers of which tensor cores read 10 mantissa bits";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(name(), definition(), Precision.TF32, new LinearScheme.Plain(), false);
  }
}
