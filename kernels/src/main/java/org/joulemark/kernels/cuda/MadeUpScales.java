package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.Map;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Strategy;

/**
 * Scales for self-tests, of the size that seeded layers need: an engine is held against the
 * strategy's definition with the same scales, so they need not be good ones.
 */
final class MadeUpScales {
  private static final double INT8_SCALE = 0.028;
  private static final double FP8_SCALE = 0.009;
  private static final int ZERO_POINT = -5;
  private static final int FACTORS = 7;
  private static final float FACTOR_STEP = 0.3f;

  private MadeUpScales() {}

  /** What a calibration would have to find for the strategy; nothing where it needs nothing. */
  static LayerScales of(Strategy strategy, ModelShape shape) {
    if (!strategy.linear().needsCalibration()) {
      return LayerScales.NONE;
    }
    Map<LinearPart, PartScales> parts = new EnumMap<>(LinearPart.class);
    for (LinearPart part : LinearPart.values()) {
      parts.put(part, of(strategy.linear(), part, shape.hidden()));
    }
    return new LayerScales(parts);
  }

  private static PartScales of(LinearScheme scheme, LinearPart part, int hidden) {
    double scale = Double.NaN;
    int zeroPoint = 0;
    float[] smoothing = new float[0];
    if (scheme instanceof LinearScheme.Fp8 fp8
        && fp8.activations() == ActivationScaling.PER_TENSOR) {
      scale = FP8_SCALE;
    }
    if (scheme instanceof LinearScheme.Int8 int8) {
      if (int8.activations() == ActivationScaling.PER_TENSOR) {
        scale = INT8_SCALE;
        zeroPoint = int8.asymmetric() ? ZERO_POINT : 0;
      }
      if (int8.smoothing() > 0 && part.followsNorm()) {
        smoothing = new float[hidden];
        for (int j = 0; j < hidden; j++) {
          smoothing[j] = 0.5f + FACTOR_STEP * (j % FACTORS);
        }
      }
    }
    return new PartScales(scale, zeroPoint, new float[0], smoothing);
  }
}
