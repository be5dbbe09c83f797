package org.joulemark.kernels.cuda;

import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.Strategy;

/** The one place where a linear scheme gets what carries it out on a GPU. */
final class CudaLinearKinds {
  private CudaLinearKinds() {}

  /**
   * What carries out a strategy's linear parts.
   *
   * @throws UnsupportedWorkException with one sentence where this engine or the device cannot
   */
  static CudaLinearKind of(Strategy strategy, CudaDevice device) {
    LinearScheme scheme = strategy.linear();
    if (scheme instanceof LinearScheme.Plain) {
      return new PlainKind(strategy.base());
    }
    if (scheme instanceof LinearScheme.WeightOnly weightOnly) {
      return new WeightOnlyKind(weightOnly, strategy.base());
    }
    if (scheme instanceof LinearScheme.Dynamic dynamic) {
      return DynamicKind.of(strategy, dynamic, device);
    }
    if (scheme instanceof LinearScheme.Int8 int8 && !int8.separatesOutliers()) {
      return QuantizedKind.of(strategy, int8, device);
    }
    if (scheme instanceof LinearScheme.Int8 int8
        && int8.activations() == ActivationScaling.PER_TOKEN
        && !int8.asymmetric()
        && int8.smoothing() == 0) {
      return OutlierKind.of(strategy, int8, device);
    }
    if (scheme instanceof LinearScheme.Fp8 fp8) {
      return QuantizedKind.of(strategy, fp8, device);
    }
    throw new UnsupportedWorkException(
        "The cuda engine does not carry out strategy="
            + strategy.id()
            + " yet ("
            + device.name()
            + ").");
  }
}
