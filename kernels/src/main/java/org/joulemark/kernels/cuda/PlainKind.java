package org.joulemark.kernels.cuda;

import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;

/** Linear parts in the strategy's base precision, by cuBLASLt. */
final class PlainKind implements CudaLinearKind {
  private final Precision precision;

  /** In one precision throughout. */
  PlainKind(Precision precision) {
    this.precision = precision;
  }

  @Override
  public CudaPartWeights weights(DeviceArena arena, PartSource source) {
    return new PlainWeights(arena, source, precision.weight());
  }

  @Override
  public CudaLinear linear(CudaPassFrame frame, LinearPart part, PartScales scales) {
    return linear(frame, part);
  }

  @Override
  public CudaLayerParts parts(CudaPassFrame frame) {
    return new SeparateParts(frame, part -> linear(frame, part));
  }

  private PlainLinear linear(CudaPassFrame frame, LinearPart part) {
    return new PlainLinear(
        precision,
        new LtProduct(
            frame.planner(),
            frame.scope(),
            frame.name(part),
            precision,
            frame.rows(),
            frame.outputs(part),
            frame.inputs(part),
            frame.options().algorithm()));
  }
}
