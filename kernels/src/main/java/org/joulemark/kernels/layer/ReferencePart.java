package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.LinearDefinitions;

/** One linear part of a layer in FP64 under a scheme. */
final class ReferencePart {
  private final LinearPart part;
  private final PartRows rows;
  private final TensorSource source;
  private final LinearDefinition definition;
  private final PartObserver observer;
  private final Jitter jitter;

  ReferencePart(
      LinearPart part,
      ModelShape shape,
      LayerTensors tensors,
      TensorSource source,
      Strategy strategy,
      LayerScales scales,
      PartObserver observer,
      Jitter jitter) {
    this.part = part;
    this.rows = PartRows.of(part, shape, tensors, source);
    this.source = source;
    this.definition =
        LinearDefinitions.of(
            strategy.linear(), strategy.base().activation(), part, scales.of(part), rows);
    this.observer = observer;
    this.jitter = jitter;
  }

  /** Looks at the activations of one call. */
  LinearDefinition.Call call(double[][] x) {
    observer.input(part, x);
    return definition.call(jitter.moved(x));
  }

  /** Y[M, N] of one call. */
  double[][] product(LinearDefinition.Call call) {
    return product(call, call.activations(), 0, rows.rows());
  }

  /**
   * The columns [from, to) of X̂·Ŵᵀ (+ b).
   *
   * @param activations rows of the call's activations
   */
  double[][] product(LinearDefinition.Call call, double[][] activations, int from, int to) {
    double[][] y =
        ReferenceMath.matrixProduct(
            activations,
            rows.columns(),
            from,
            to,
            (row, stored, into) -> {
              rows.row(row, stored);
              call.weight(row, stored, into);
            });
    for (PartRows.Block block : rows.blocks()) {
      addBias(block, from, to, y);
    }
    return y;
  }

  private void addBias(PartRows.Block block, int from, int to, double[][] y) {
    Affine affine = block.affine();
    int first = Math.max(from, block.at());
    int end = Math.min(to, block.at() + block.count());
    if (affine.bias().isEmpty() || first >= end) {
      return;
    }
    float[] bias = ReferenceMath.row(source, affine.bias().get(), 0);
    for (double[] token : y) {
      for (int row = first; row < end; row++) {
        token[row - from] += bias[block.from() + row - block.at()];
      }
    }
  }
}
