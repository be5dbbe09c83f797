package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** BF16 mixed precision. */
final class Bf16MixedPrecision implements StrategyFamily {
  @Override
  public String name() {
    return "bf16";
  }

  @Override
  public String definition() {
    return "BF16 storage, FP32 accumulation and reductions";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(name(), definition(), Precision.BF16, new LinearScheme.Plain(), false);
  }
}
