package org.joulemark.kernels.cuda;

import java.util.Collection;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/** Chooses the products of quantized parts, which share the room for their sums. */
final class QuantizedProducts {
  private final CudaPassFrame frame;
  private final CodeFormat format;
  private final ActivationScaling scaling;
  private final CodeKernels codes;
  private final Collection<LinearPart> parts;
  private DeviceArena.@Nullable Slice sums;

  /**
   * For some parts.
   *
   * @param scaling where the activations' scales come from
   * @param parts whose products take their turns
   */
  QuantizedProducts(
      CudaPassFrame frame,
      CodeFormat format,
      ActivationScaling scaling,
      CodeKernels codes,
      Collection<LinearPart> parts) {
    this.frame = frame;
    this.format = format;
    this.scaling = scaling;
    this.codes = codes;
    this.parts = parts;
  }

  /** Plans the product of one of them. */
  QuantizedProduct product(LinearPart part) {
    if (FewRowsProduct.takes(frame.rows(), format, frame.planner().computeCapability())) {
      return new FewRowsProduct(frame, format, codes, part);
    }
    int outputs = frame.outputs(part);
    LtProduct product =
        new LtProduct(
            frame.planner(),
            frame.scope(),
            frame.name(part),
            format.precision(),
            frame.rows(),
            CodeFormat.padded(outputs),
            CodeFormat.padded(frame.inputs(part)),
            frame.options().algorithm());
    boolean perRow = scaling == ActivationScaling.PER_TOKEN;
    if (!format.isInteger()
        && outputs % CodeFormat.MULTIPLE == 0
        && ScaledProduct.isOffered(
            product, frame, perRow, part, frame.planner().somewhereOnTheDevice())) {
      return new ScaledProduct(frame, codes, product, perRow, part);
    }
    return new SummedProduct(frame, format, codes, product, sums());
  }

  /** Room for the sums of any part. */
  private DeviceArena.Slice sums() {
    if (sums == null) {
      int widest = 0;
      for (LinearPart part : parts) {
        widest = Math.max(widest, CodeFormat.padded(frame.outputs(part)));
      }
      sums = frame.arena().reserve(ElementType.INT32, frame.rows(), widest);
    }
    return sums;
  }
}
