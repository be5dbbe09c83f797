package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** LLM.int8(), Dettmers et al., arXiv 2208.07339. */
final class LlmInt8 implements StrategyFamily {
  // The paper's.
  private static final double THRESHOLD = 6;

  @Override
  public String name() {
    return "llm-int8";
  }

  @Override
  public String definition() {
    return "W8A8 per token, columns with any |x| above the threshold multiplied in FP16 (LLM.int8())";
  }

  @Override
  public String options() {
    return "[/THRESHOLD]";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(1, options, this);
    double threshold = Options.number(options, 0, THRESHOLD, 1e9, this);
    return new Strategy(
        options.isEmpty() ? name() : name() + "/" + threshold,
        definition(),
        Precision.FP16,
        new LinearScheme.Int8(ActivationScaling.PER_TOKEN, false, "", 0, threshold),
        false);
  }
}
