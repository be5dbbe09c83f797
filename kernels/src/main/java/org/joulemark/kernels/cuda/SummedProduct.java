package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * A product of cuBLASLt that gives sums, INT32 of INT8 codes and FP32 of FP8's, and one pass of our
 * own over them for everything that follows.
 */
final class SummedProduct implements QuantizedProduct {
  private static final int THREADS = 256;
  private static final int VECTOR_BYTES = 16;

  private final CudaPassFrame frame;
  private final CodeFormat format;
  private final CodeKernels codes;
  private final LtProduct product;
  private final DeviceArena.Slice sums;

  /**
   * Plans.
   *
   * @param product of padded sizes
   * @param sums [M, padded N], 32 bits each; shared with other parts
   */
  SummedProduct(
      CudaPassFrame frame,
      CodeFormat format,
      CodeKernels codes,
      LtProduct product,
      DeviceArena.Slice sums) {
    this.frame = frame;
    this.format = format;
    this.codes = codes;
    this.product = product;
    this.sums = sums;
  }

  private CudaCall multiply(QuantizedWeights weights, QuantizedInput x) {
    ElementType type = format.isInteger() ? ElementType.INT32 : ElementType.FP32;
    return product.bind(LtTerms.none(type), weights.codes(), x.rows().codes(), sums, null);
  }

  @Override
  public CudaCall bind(
      QuantizedWeights weights,
      QuantizedInput x,
      DeviceArena.Slice y,
      DeviceArena.@Nullable Slice added) {
    int perBlock = THREADS * VECTOR_BYTES / frame.type().bytes();
    int blocksPerRow = (weights.channels() - 1) / perBlock + 1;
    CudaCall multiply = multiply(weights, x);
    KernelLaunch dequantize =
        frame.kernel(
            "dequantize.cu",
            format.isInteger() ? "dequantize_int32" : "dequantize_fp32",
            Math.multiplyExact(frame.rows(), blocksPerRow),
            THREADS,
            sums.address(),
            weights.rows(),
            x.scalesToRead(),
            x.fixedScale(),
            x.zerosToRead(format),
            x.fixedZero(),
            weights.scales().address(),
            weights.sumsAddress(),
            weights.biasAddress(),
            added == null ? 0L : added.address(),
            y.address(),
            weights.channels(),
            blocksPerRow);
    return () -> {
      multiply.launch();
      dequantize.launch(frame.stream());
    };
  }

  @Override
  public CudaCall bindActivated(QuantizedWeights weights, QuantizedInput x, QuantizedInput into) {
    CudaCall multiply = multiply(weights, x);
    CudaCall activate = codes.activated(sums, weights, x, into);
    return () -> {
      multiply.launch();
      activate.launch();
    };
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(product.facts());
    facts.put("product", "cublaslt, then one pass over its sums");
    return facts;
  }
}
