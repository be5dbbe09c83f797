package org.joulemark.kernels.cuda;

import java.util.Map;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/**
 * A linear part in INT8 by itself: each row of X finds its scale and is quantized, the product is
 * exact, and one pass scales it back. X and Y are in the storage format.
 */
final class Int8Linear implements CudaLinear {
  private final CudaPassFrame frame;
  private final LinearPart part;
  private final CodeKernels codes;
  private final QuantizedRows rows;
  private final QuantizedProduct product;

  /**
   * Plans.
   *
   * @param rows room for the codes of X
   */
  Int8Linear(
      CudaPassFrame frame,
      LinearPart part,
      CodeKernels codes,
      QuantizedRows rows,
      QuantizedProduct product) {
    this.frame = frame;
    this.part = part;
    this.codes = codes;
    this.rows = rows;
    this.product = product;
    frame.nans().place(part);
  }

  @Override
  public CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    QuantizedInput input = input();
    CudaCall quantize = codes.rows(x, input);
    CudaCall multiply = multiply(weights, y, added);
    return () -> {
      quantize.launch();
      multiply.launch();
    };
  }

  /** The codes of X, which find their scales themselves. */
  QuantizedInput input() {
    return new QuantizedInput(part, rows, frame.inputs(part), 0, 0);
  }

  /** The product alone; the codes of X are in place. */
  CudaCall multiply(
      CudaPartWeights weights, DeviceArena.Slice y, DeviceArena.@Nullable Slice added) {
    return product.bind((QuantizedWeights) weights, input(), y, added);
  }

  @Override
  public Map<String, String> facts() {
    return product.facts();
  }
}
