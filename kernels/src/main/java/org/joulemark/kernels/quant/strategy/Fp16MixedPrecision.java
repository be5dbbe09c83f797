package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** FP16 mixed precision. */
final class Fp16MixedPrecision implements StrategyFamily {
  @Override
  public String name() {
    return "fp16";
  }

  @Override
  public String definition() {
    return "mixed precision: FP16 storage, FP32 accumulation and reductions";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(name(), definition(), Precision.FP16, new LinearScheme.Plain(), false);
  }
}
