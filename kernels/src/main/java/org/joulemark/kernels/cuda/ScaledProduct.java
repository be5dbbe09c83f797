package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/**
 * An FP8 product that cuBLASLt scales back itself, bias and addition in its epilogue: with a scale
 * for each row of X and of W, or one for each of the two matrices.
 */
final class ScaledProduct implements QuantizedProduct {
  private final CudaPassFrame frame;
  private final CodeKernels codes;
  private final LtProduct product;
  private final boolean perRow;
  private final DeviceArena.@Nullable Slice inner; // [M, 2·I] or [M, I]

  /**
   * Plans.
   *
   * @param perRow whether every row has a scale
   */
  ScaledProduct(
      CudaPassFrame frame, CodeKernels codes, LtProduct product, boolean perRow, LinearPart part) {
    this.frame = frame;
    this.codes = codes;
    this.product = product;
    this.perRow = perRow;
    this.inner =
        part == LinearPart.FEED_FORWARD_IN
            ? frame.arena().reserve(frame.type(), frame.rows(), frame.outputs(part))
            : null;
  }

  /**
   * Whether the library offers what {@link #bind} will ask for.
   *
   * @param somewhere any address on the device
   */
  static boolean isOffered(
      LtProduct product, CudaPassFrame frame, boolean perRow, LinearPart part, Pointer somewhere) {
    boolean adds = part == LinearPart.OUTPUT || part == LinearPart.DOWN;
    Pointer scales = perRow ? somewhere : null;
    return product.isOffered(
        new LtTerms(
            1, frame.isBiased(part) ? somewhere : null, adds, frame.type(), scales, scales));
  }

  private LtTerms terms(QuantizedWeights weights, QuantizedInput x, boolean adds) {
    DeviceArena.Slice bias = weights.bias();
    return new LtTerms(
        perRow ? 1 : (double) x.fixedScale() * weights.firstScale(),
        bias == null ? null : bias.pointer(),
        adds,
        frame.type(),
        perRow ? weights.scales().pointer() : null,
        perRow ? x.rows().scales().pointer() : null);
  }

  @Override
  public CudaCall bind(
      QuantizedWeights weights,
      QuantizedInput x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    return product.bind(
        terms(weights, x, added != null), weights.codes(), x.rows().codes(), y, added);
  }

  @Override
  public CudaCall bindActivated(QuantizedWeights weights, QuantizedInput x, QuantizedInput into) {
    DeviceArena.Slice rows = inner;
    if (rows == null) {
      throw new IllegalStateException("no activation follows " + x.part());
    }
    CudaCall multiply = bind(weights, x, rows, null);
    CudaCall activate = codes.activatedRows(rows, weights.channels(), into);
    return () -> {
      multiply.launch();
      activate.launch();
    };
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(product.facts());
    facts.put(
        "product",
        perRow ? "cublaslt, scaled by row and channel" : "cublaslt, scaled by one number");
    return facts;
  }
}
