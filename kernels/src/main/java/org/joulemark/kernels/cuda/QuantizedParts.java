package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.jspecify.annotations.Nullable;

/**
 * Linear parts of 8-bit codes. Norms and the activation quantize what they make; what attention
 * gives is quantized by itself; bias, residual and activation follow the product without a pass of
 * their own. M rows, H hidden, I intermediate.
 */
final class QuantizedParts implements CudaLayerParts {
  private final CudaPassFrame frame;
  private final CodeKernels codes;
  private final QuantizedRows narrow; // [M, max(H, Q)]: of every part but down
  private final QuantizedRows wide; // [M, I]
  private final Map<LinearPart, QuantizedProduct> products = new EnumMap<>(LinearPart.class);
  private DeviceArena.@Nullable Slice sums;

  /**
   * Plans.
   *
   * @param scaling where the activations' scales come from
   */
  QuantizedParts(CudaPassFrame frame, CodeFormat format, ActivationScaling scaling) {
    this.frame = frame;
    this.codes = new CodeKernels(frame, format);
    int rows = frame.rows();
    int widest = Math.max(frame.inputs(LinearPart.QKV), frame.inputs(LinearPart.OUTPUT));
    this.narrow = QuantizedRows.plan(frame.arena(), rows, widest);
    this.wide = QuantizedRows.plan(frame.arena(), rows, frame.inputs(LinearPart.DOWN));
    for (LinearPart part : LinearPart.values()) {
      frame.nans().place(part);
      products.put(part, product(part, format, scaling));
    }
  }

  private QuantizedProduct product(LinearPart part, CodeFormat format, ActivationScaling scaling) {
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
      for (LinearPart part : LinearPart.values()) {
        widest = Math.max(widest, CodeFormat.padded(frame.outputs(part)));
      }
      sums = frame.arena().reserve(ElementType.INT32, frame.rows(), widest);
    }
    return sums;
  }

  private QuantizedProduct product(LinearPart part) {
    QuantizedProduct product = products.get(part);
    if (product == null) {
      throw new IllegalStateException("every part is planned");
    }
    return product;
  }

  private QuantizedInput input(CudaLayerWeights weights, LinearPart part) {
    return QuantizedInput.of(
        part,
        part == LinearPart.DOWN ? wide : narrow,
        frame.inputs(part),
        weights.scales().of(part));
  }

  private static QuantizedWeights of(CudaLayerWeights weights, LinearPart part) {
    return (QuantizedWeights) weights.part(part);
  }

  @Override
  public CudaCall attentionIn(CudaLayerWeights weights) {
    QuantizedInput x = input(weights, LinearPart.QKV);
    CudaCall norm = codes.norm(weights.inputNorm(), frame.input(), x);
    CudaCall multiply =
        product(LinearPart.QKV).bind(of(weights, LinearPart.QKV), x, frame.qkv(), null);
    return () -> {
      norm.launch();
      multiply.launch();
    };
  }

  @Override
  public CudaCall attentionOut(CudaLayerWeights weights) {
    QuantizedInput x = input(weights, LinearPart.OUTPUT);
    CudaCall quantize = codes.rows(frame.attended(), x);
    CudaCall multiply =
        product(LinearPart.OUTPUT)
            .bind(of(weights, LinearPart.OUTPUT), x, frame.middle(), frame.input());
    return () -> {
      quantize.launch();
      multiply.launch();
    };
  }

  @Override
  public CudaCall feedForward(CudaLayerWeights weights) {
    QuantizedInput x = input(weights, LinearPart.FEED_FORWARD_IN);
    QuantizedInput inner = input(weights, LinearPart.DOWN);
    CudaCall norm = codes.norm(weights.postNorm(), frame.middle(), x);
    CudaCall in =
        product(LinearPart.FEED_FORWARD_IN)
            .bindActivated(of(weights, LinearPart.FEED_FORWARD_IN), x, inner);
    CudaCall down =
        product(LinearPart.DOWN)
            .bind(of(weights, LinearPart.DOWN), inner, frame.output(), frame.middle());
    return () -> {
      norm.launch();
      in.launch();
      down.launch();
    };
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    products.forEach(
        (part, product) ->
            product
                .facts()
                .forEach((key, value) -> facts.put(frame.name(part) + "." + key, value)));
    return facts;
  }
}
