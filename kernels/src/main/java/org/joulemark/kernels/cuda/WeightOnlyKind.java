package org.joulemark.kernels.cuda;

import java.util.Arrays;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;

/** Linear parts whose weights are integer codes and whose activations are not quantized. */
final class WeightOnlyKind implements CudaLinearKind {
  private final LinearScheme.WeightOnly scheme;
  private final Precision base;

  /**
   * For 8 or 4 bits.
   *
   * @param base what the codes are scaled back to
   */
  WeightOnlyKind(LinearScheme.WeightOnly scheme, Precision base) {
    this.scheme = scheme;
    this.base = base;
  }

  @Override
  public CudaPartWeights weights(DeviceArena arena, PartSource source) {
    return new WeightOnlyWeights(arena, source, scheme, base.weight());
  }

  @Override
  public CudaLinear linear(CudaPassFrame frame, LinearPart part, PartScales scales) {
    boolean expanded = WeightOnlyLinear.isExpanded(frame, part);
    DeviceArena.Slice scratch =
        frame
            .arena()
            .reserve(
                base.weight(),
                expanded ? frame.outputs(part) : 0,
                expanded ? frame.inputs(part) : 0);
    return new WeightOnlyLinear(frame, part, scheme.bits(), base, scratch);
  }

  @Override
  public CudaLayerParts parts(CudaPassFrame frame) {
    boolean expanded =
        Arrays.stream(LinearPart.values())
            .anyMatch(part -> WeightOnlyLinear.isExpanded(frame, part));
    // One matrix for every part, which take their turns.
    long largest =
        Arrays.stream(LinearPart.values())
            .mapToLong(part -> (long) frame.outputs(part) * frame.inputs(part))
            .max()
            .orElseThrow();
    DeviceArena.Slice scratch =
        frame.arena().reserve(base.weight(), expanded ? largest : 0, expanded ? 1 : 0);
    return new SeparateParts(
        frame, part -> new WeightOnlyLinear(frame, part, scheme.bits(), base, scratch));
  }
}
