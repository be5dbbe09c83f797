package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** An INT8 KV cache. */
final class KvInt8 implements StrategyFamily {
  @Override
  public String name() {
    return "kv-int8";
  }

  @Override
  public String definition() {
    return "FP16 with a KV cache of INT8 codes, a scale for each token and head";
  }

  @Override
  public String options() {
    return "";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(0, options, this);
    return new Strategy(name(), definition(), Precision.FP16, new LinearScheme.Plain(), true);
  }
}
