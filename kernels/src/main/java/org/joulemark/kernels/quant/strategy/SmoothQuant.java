package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/** SmoothQuant, Xiao et al., arXiv 2211.10438. */
final class SmoothQuant implements StrategyFamily {
  // What keeps the perplexity of the Llama family (SmoothQuant's own table for it).
  private static final double ALPHA = 0.8;

  @Override
  public String name() {
    return "smoothquant";
  }

  @Override
  public String definition() {
    return "W8A8 per token after a part of the activations' spread is moved into the weights (alpha)";
  }

  @Override
  public String options() {
    return "[/ALPHA]";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(1, options, this);
    double alpha = Options.number(options, 0, ALPHA, 1, this);
    return new Strategy(
        options.isEmpty() ? name() : name() + "/" + alpha,
        definition(),
        Precision.FP16,
        new LinearScheme.Int8(
            ActivationScaling.PER_TOKEN, false, "minmax", alpha, Double.POSITIVE_INFINITY),
        false);
  }
}
