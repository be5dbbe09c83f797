package org.joulemark.kernels.cuda;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.joulemark.kernels.quant.LinearPart;

/**
 * Norm, product and activation one after another, what lies between them stored in the storage
 * format. M rows, I intermediate.
 */
final class SeparateParts implements CudaLayerParts {
  private static final int THREADS = 256;
  private static final int VECTOR_BYTES = 16;

  private final CudaPassFrame frame;
  private final Map<LinearPart, CudaLinear> linears = new EnumMap<>(LinearPart.class);
  private final DeviceArena.Slice gateUp; // [M, 2·I]; where nothing is gated, the inner itself
  private final DeviceArena.Slice inner; // [M, I]

  /**
   * Plans.
   *
   * @param linear makes the product of a part
   */
  SeparateParts(CudaPassFrame frame, Function<LinearPart, CudaLinear> linear) {
    this.frame = frame;
    for (LinearPart part : LinearPart.values()) {
      linears.put(part, linear.apply(part));
    }
    int rows = frame.rows();
    this.gateUp =
        frame.arena().reserve(frame.type(), rows, frame.outputs(LinearPart.FEED_FORWARD_IN));
    this.inner =
        frame.shape().gated()
            ? frame.arena().reserve(frame.type(), rows, frame.shape().intermediate())
            : gateUp;
  }

  private CudaLinear linear(LinearPart part) {
    CudaLinear linear = linears.get(part);
    if (linear == null) {
      throw new IllegalStateException("every part is planned");
    }
    return linear;
  }

  @Override
  public CudaCall attentionIn(CudaLayerWeights weights) {
    CudaCall norm = frame.norm(weights.inputNorm(), frame.input(), frame.normed());
    CudaCall product =
        linear(LinearPart.QKV)
            .bind(weights.part(LinearPart.QKV), frame.normed(), frame.qkv(), null);
    return () -> {
      norm.launch();
      product.launch();
    };
  }

  @Override
  public CudaCall attentionOut(CudaLayerWeights weights) {
    return linear(LinearPart.OUTPUT)
        .bind(weights.part(LinearPart.OUTPUT), frame.attended(), frame.middle(), frame.input());
  }

  @Override
  public CudaCall feedForward(CudaLayerWeights weights) {
    CudaCall norm = frame.norm(weights.postNorm(), frame.middle(), frame.normed());
    CudaCall in =
        linear(LinearPart.FEED_FORWARD_IN)
            .bind(weights.part(LinearPart.FEED_FORWARD_IN), frame.normed(), gateUp, null);
    KernelLaunch activation = activation();
    CudaCall down =
        linear(LinearPart.DOWN)
            .bind(weights.part(LinearPart.DOWN), inner, frame.output(), frame.middle());
    return () -> {
      norm.launch();
      in.launch();
      activation.launch(frame.stream());
      down.launch();
    };
  }

  private KernelLaunch activation() {
    int inside = frame.shape().intermediate();
    int perBlock = THREADS * VECTOR_BYTES / frame.type().bytes();
    int blocksPerRow = (inside + perBlock - 1) / perBlock;
    int blocks = Math.multiplyExact(frame.rows(), blocksPerRow);
    return frame.shape().gated()
        ? frame.kernel(
            "swiglu.cu",
            "swiglu",
            blocks,
            THREADS,
            gateUp.address(),
            inner.address(),
            inside,
            blocksPerRow)
        : frame.kernel("gelu.cu", "gelu", blocks, THREADS, inner.address(), inside, blocksPerRow);
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    linears.forEach(
        (part, linear) ->
            linear.facts().forEach((key, value) -> facts.put(frame.name(part) + "." + key, value)));
    return facts;
  }
}
