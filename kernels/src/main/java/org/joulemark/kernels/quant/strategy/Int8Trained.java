package org.joulemark.kernels.quant.strategy;

import java.util.List;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * W8A8 with learned scales: those of activations and of each channel's weights (Esser et al., arXiv
 * 1902.08153), and where a norm comes before, a factor for each input that is folded into it (Shao
 * et al., "OmniQuant", arXiv 2308.13137, learn such). Weights stay as they are.
 */
final class Int8Trained implements StrategyFamily {
  // After so many the loss of a layer has stopped to fall.
  private static final int STEPS = 128;
  private static final int MOST_STEPS = 1_000_000;

  @Override
  public String name() {
    return "int8-qat";
  }

  @Override
  public String definition() {
    return "W8A8 with scales, and factors of the inputs after a norm, learned by quantization-aware training: straight-through gradients, the layer's output error minimised";
  }

  @Override
  public String options() {
    return "[/STEPS]";
  }

  @Override
  public Strategy parse(List<String> options) {
    Options.atMost(1, options, this);
    double steps = Options.number(options, 0, STEPS, MOST_STEPS, this);
    if (steps != Math.rint(steps)) {
      throw new IllegalArgumentException(
          "strategy=" + name() + ": " + options.get(0) + " must be a whole number of steps.");
    }
    return new Strategy(
        steps == STEPS ? name() : name() + "/" + (int) steps,
        definition(),
        Precision.FP16,
        new LinearScheme.Int8(
            ActivationScaling.PER_TENSOR,
            false,
            LinearScheme.Int8.TRAINED + (int) steps,
            0,
            Double.POSITIVE_INFINITY),
        false);
  }
}
