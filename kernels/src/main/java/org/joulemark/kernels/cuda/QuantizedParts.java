package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.LinearPart;

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
    QuantizedProducts made =
        new QuantizedProducts(frame, format, scaling, codes, List.of(LinearPart.values()));
    for (LinearPart part : LinearPart.values()) {
      frame.nans().place(part);
      products.put(part, made.product(part));
    }
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
