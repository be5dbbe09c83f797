package org.joulemark.kernels.cuda;

import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Strategy;

/** Linear parts of 8-bit codes on both sides: INT8, symmetric or not, and FP8. */
final class QuantizedKind implements CudaLinearKind {
  // |code · code| summed over K, and as much again for the zero point's correction.
  private static final int MOST_COLUMNS = (int) (Integer.MAX_VALUE / (2L * 128 * 127));

  private final Strategy strategy;
  private final CodeFormat format;
  private final ActivationScaling scaling;
  private final boolean smooths;

  private QuantizedKind(
      Strategy strategy, CodeFormat format, ActivationScaling scaling, boolean smooths) {
    this.strategy = strategy;
    this.format = format;
    this.scaling = scaling;
    this.smooths = smooths;
  }

  /**
   * For W8A8 in INT8; nothing is said of separated outliers, whose parts are {@link OutlierKind}'s.
   *
   * @throws UnsupportedWorkException if the device has no tensor cores for INT8
   */
  static QuantizedKind of(Strategy strategy, LinearScheme.Int8 scheme, CudaDevice device) {
    return checked(
        new QuantizedKind(
            strategy,
            scheme.asymmetric() ? CodeFormat.ASYMMETRIC : CodeFormat.SYMMETRIC,
            scheme.activations(),
            scheme.smoothing() > 0),
        device);
  }

  /**
   * For FP8.
   *
   * @throws UnsupportedWorkException if the device has no tensor cores for FP8
   */
  static QuantizedKind of(Strategy strategy, LinearScheme.Fp8 scheme, CudaDevice device) {
    return checked(
        new QuantizedKind(strategy, CodeFormat.E4M3, scheme.activations(), false), device);
  }

  private static QuantizedKind checked(QuantizedKind kind, CudaDevice device) {
    GemmSupport.checkFormats(kind.format.precision(), device.computeCapability(), device.name());
    return kind;
  }

  @Override
  public CudaPartWeights weights(DeviceArena arena, PartSource source) {
    boolean perTensor = scaling == ActivationScaling.PER_TENSOR;
    boolean unsmoothed =
        smooths
            && source.part().followsNorm()
            && source.scales().smoothing().length != source.columns();
    boolean unfitted = perTensor == Double.isNaN(source.scales().activationScale()) || unsmoothed;
    if (unfitted) {
      throw new UnsupportedWorkException(
          "strategy="
              + strategy.id()
              + (perTensor || smooths
                  ? " needs what a calibration finds for " + source.part().id() + "; none is given."
                  : " finds its scales itself; " + source.part().id() + " is given one."));
    }
    if (format.isInteger() && source.columns() > MOST_COLUMNS) {
      throw new UnsupportedWorkException(
          "Sums of "
              + source.columns()
              + " products of INT8 may exceed INT32 in "
              + source.part().id()
              + "; at most "
              + MOST_COLUMNS
              + " are summed.");
    }
    return new QuantizedWeights(
        arena, source, format, perTensor && !format.isInteger(), strategy.base().activation());
  }

  @Override
  public CudaLinear linear(CudaPassFrame frame, LinearPart part, PartScales scales) {
    return new QuantizedLinear(frame, format, scaling, part, scales);
  }

  @Override
  public CudaLayerParts parts(CudaPassFrame frame) {
    return new QuantizedParts(frame, format, scaling);
  }
}
