package org.joulemark.kernels.cuda;

import java.util.Map;
import org.joulemark.kernels.quant.Precision;
import org.jspecify.annotations.Nullable;

/** A linear part in one precision: one product of cuBLASLt, bias and addition in its epilogue. */
final class PlainLinear implements CudaLinear {
  private final Precision precision;
  private final LtProduct product;

  /** For products of that precision. */
  PlainLinear(Precision precision, LtProduct product) {
    this.precision = precision;
    this.product = product;
  }

  @Override
  public CudaCall bind(
      CudaPartWeights weights,
      DeviceArena.Slice x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    PlainWeights plain = (PlainWeights) weights;
    DeviceArena.Slice bias = plain.bias();
    LtTerms terms =
        new LtTerms(
            1, bias == null ? null : bias.pointer(), added != null, precision.output(), null, null);
    return product.bind(terms, plain.weight(), x, y, added);
  }

  @Override
  public Map<String, String> facts() {
    return product.facts();
  }
}
