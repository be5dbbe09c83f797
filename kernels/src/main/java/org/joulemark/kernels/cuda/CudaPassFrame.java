package org.joulemark.kernels.cuda;

import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.Strategy;

/**
 * What the linear parts of a pass have in common. M rows, H hidden, Q queryWidth.
 *
 * @param kernels our kernels for the storage format
 * @param planner plans products
 * @param stream everything runs on it
 * @param scope owns what is bound
 * @param arena receives the memory's plan
 * @param layer any layer of the model
 * @param strategy what the pass is carried out in
 * @param options the algorithm is read
 * @param rows M
 * @param input [M, H], the residual stream before the layer
 * @param normed [M, H], the parts' own
 * @param qkv [M, Q + 2·kvWidth]
 * @param attended [M, Q], what attention gives
 * @param middle [M, H], the residual stream after attention
 * @param output [M, H], the residual stream after the layer; may be the input
 * @param nans counts NaN activations of quantized parts
 * @param staging page-locked memory for what is read back
 */
record CudaPassFrame(
    CudaKernels kernels,
    LtPlanner planner,
    CudaStream stream,
    CudaScope scope,
    DeviceArena arena,
    LayerWeights layer,
    Strategy strategy,
    LayerOptions options,
    int rows,
    DeviceArena.Slice input,
    DeviceArena.Slice normed,
    DeviceArena.Slice qkv,
    DeviceArena.Slice attended,
    DeviceArena.Slice middle,
    DeviceArena.Slice output,
    CudaNanCounter nans,
    PinnedBuffer staging) {

  /** The model. */
  ModelShape shape() {
    return layer.shape();
  }

  /** The storage format. */
  ElementType type() {
    return strategy.base().activation();
  }

  /** N of a part: what it gives. */
  int outputs(LinearPart part) {
    return switch (part) {
      case QKV -> layer.qkvRows();
      case OUTPUT, DOWN -> shape().hidden();
      case FEED_FORWARD_IN -> layer.feedForwardInRows();
    };
  }

  /** K of a part: what it reads. */
  int inputs(LinearPart part) {
    return switch (part) {
      case QKV, FEED_FORWARD_IN -> shape().hidden();
      case OUTPUT -> shape().queryWidth();
      case DOWN -> shape().intermediate();
    };
  }

  /** Whether a part has a bias. */
  boolean isBiased(LinearPart part) {
    return layer.isBiased(part);
  }

  /** A part's name in facts: its id, or {@code up} where nothing is gated. */
  String name(LinearPart part) {
    return part == LinearPart.FEED_FORWARD_IN && !shape().gated() ? "up" : part.id();
  }

  /** A launch of one of our kernels over a part's rows, owned by the scope. */
  KernelLaunch kernel(String source, String name, int blocks, int threads, Object... arguments) {
    return scope.own(kernels.kernel(source, name, blocks, threads, arguments), KernelLaunch::close);
  }

  /** A norm of rows of the residual stream, as a launch on the stream. */
  CudaCall norm(CudaNormWeights norm, DeviceArena.Slice x, DeviceArena.Slice y) {
    int hidden = shape().hidden();
    KernelLaunch launch =
        CudaNorm.prepare(
            scope,
            kernels,
            norm,
            x.address(),
            hidden,
            y.address(),
            rows,
            hidden,
            shape().normEpsilon());
    return () -> launch.launch(stream);
  }
}
