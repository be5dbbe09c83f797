package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * Linear parts that run in INT8 or in the base precision as the device decides at each call. Both
 * forms of the weights are kept.
 */
final class DynamicKind implements CudaLinearKind {
  private final LinearScheme.Dynamic scheme;
  private final Precision base;
  private final CudaDevice device;

  private DynamicKind(LinearScheme.Dynamic scheme, Precision base, CudaDevice device) {
    this.scheme = scheme;
    this.base = base;
    this.device = device;
  }

  /**
   * For a device.
   *
   * @throws UnsupportedWorkException if it has no tensor cores for INT8
   */
  static DynamicKind of(Strategy strategy, LinearScheme.Dynamic scheme, CudaDevice device) {
    GemmSupport.checkFormats(Precision.INT8, device.computeCapability(), device.name());
    return new DynamicKind(scheme, strategy.base(), device);
  }

  @Override
  public CudaPartWeights weights(DeviceArena arena, PartSource source) {
    return new DynamicWeights(
        new PlainWeights(arena, source, base.weight()),
        new QuantizedWeights(arena, source, CodeFormat.SYMMETRIC, false, base.activation()));
  }

  @Override
  public CudaLinear linear(CudaPassFrame frame, LinearPart part, PartScales scales) {
    return linear(frame, new Int8Linears(frame, List.of(part)), part);
  }

  @Override
  public CudaLayerParts parts(CudaPassFrame frame) {
    Int8Linears int8 = new Int8Linears(frame, List.of(LinearPart.values()));
    Map<LinearPart, DynamicLinear> linears = new EnumMap<>(LinearPart.class);
    for (LinearPart part : LinearPart.values()) {
      linears.put(part, linear(frame, int8, part));
    }
    return new DynamicParts(frame, frame.staging(), linears);
  }

  private DynamicLinear linear(CudaPassFrame frame, Int8Linears int8, LinearPart part) {
    PlainLinear plain =
        new PlainLinear(
            base,
            new LtProduct(
                frame.planner(),
                frame.scope(),
                frame.name(part),
                base,
                frame.rows(),
                frame.outputs(part),
                frame.inputs(part),
                frame.options().algorithm()));
    ActivationChoice choice =
        new ActivationChoice(frame, scheme, (long) frame.rows() * frame.inputs(part));
    return new DynamicLinear(frame, device, plain, int8.linear(part), choice);
  }
}
