package org.joulemark.kernels.cuda;

import java.util.List;
import java.util.Map;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.jspecify.annotations.Nullable;

/**
 * A linear part of 8-bit codes by itself: one pass quantizes X, with the scale that is known or
 * each row with its own, and what follows the product is done behind it.
 */
final class QuantizedLinear implements CudaLinear {
  private final CodeKernels codes;
  private final QuantizedInput input;
  private final QuantizedProduct product;

  /**
   * Plans.
   *
   * @param scaling where the activations' scales come from
   */
  QuantizedLinear(
      CudaPassFrame frame,
      CodeFormat format,
      ActivationScaling scaling,
      LinearPart part,
      PartScales scales) {
    this.codes = new CodeKernels(frame, format);
    int columns = frame.inputs(part);
    QuantizedRows rows = QuantizedRows.plan(frame.arena(), frame.rows(), columns);
    this.input = QuantizedInput.of(part, rows, columns, scales);
    frame.nans().place(part);
    this.product =
        new QuantizedProducts(frame, format, scaling, codes, List.of(part)).product(part);
  }

  @Override
  public CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    CudaCall quantize = codes.rows(x, input);
    CudaCall multiply = product.bind((QuantizedWeights) weights, input, y, added);
    return () -> {
      quantize.launch();
      multiply.launch();
    };
  }

  @Override
  public Map<String, String> facts() {
    return product.facts();
  }
}
