package org.joulemark.kernels.layer;

import java.util.Map;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.LinearLayer;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.LinearDefinitions;

/**
 * One linear part of a layer by itself under a strategy: Y[M, N] = X[M, K] · W[N, K]ᵀ (+ b), X
 * quantized as the strategy says. What surrounds the part in a layer, norm, residual and
 * activation, is not in it.
 *
 * @param shape the model
 * @param part which part of its layers
 * @param strategy how it is carried out
 * @param scales what is known of the part beforehand
 * @param tokens M
 */
public record LinearProblem(
    ModelShape shape, LinearPart part, Strategy strategy, PartScales scales, int tokens) {
  private static final String INPUT = "x.linear";

  /** Checks that there is a token. */
  public LinearProblem {
    if (tokens < 1) {
      throw new IllegalArgumentException(
          "A linear part needs at least 1 token, not " + tokens + ".");
    }
  }

  private LinearLayer sizes() {
    return shape
        .linearLayer(name())
        .orElseThrow(() -> new IllegalStateException("every layer has " + name()));
  }

  /** N. */
  public int outputs() {
    return sizes().outFeatures();
  }

  /** Numbers of Y [M, N]. */
  public long outputNumbers() {
    return (long) tokens * outputs();
  }

  /** K. */
  public int inputs() {
    return sizes().inFeatures();
  }

  /** The part's name in the model: {@code up} where nothing is gated. */
  public String name() {
    return part == LinearPart.FEED_FORWARD_IN && !shape.gated() ? "up" : part.id();
  }

  /** What is not quantized is in this precision. */
  public Precision precision() {
    return strategy.base();
  }

  /** X [M, K]. */
  public TensorSpec input() {
    return TensorSpec.input(INPUT, tokens, inputs());
  }

  /**
   * A row of X as an engine is given it: rounded to the format it is stored in, and what the norm
   * before the part would have divided out taken out.
   *
   * @param source holds {@link #input}
   * @param into K numbers
   */
  public void inputRow(TensorSource source, int row, float[] into) {
    source.row(input(), row, into);
    ElementType stored = precision().activation();
    float[] smoothing = scales.smoothing();
    for (int k = 0; k < into.length; k++) {
      double value = ElementCodec.round(stored, into[k]);
      into[k] = (float) (smoothing.length == 0 ? value : value / smoothing[k]);
    }
  }

  /** The scales as those of a layer of which only this part is known. */
  public LayerScales layerScales() {
    return new LayerScales(Map.of(part, scales));
  }

  /** The weights of the part, and of the others, which are not asked for. */
  public LayerWeights weights(TensorSource source) {
    return new LayerWeights(shape, LayerTensors.alone(shape), source);
  }

  /** Operations: 2 per multiply-add. */
  public double flops() {
    return 2.0 * tokens * outputs() * inputs();
  }

  /**
   * Bytes that no implementation can avoid moving: X read and Y written in the base precision's
   * formats, the weight read as the strategy stores it.
   */
  public double compulsoryBytes() {
    return (double) tokens * inputs() * precision().activation().bytes()
        + (double) outputs() * inputs() * strategy.weightBytes()
        + (double) tokens * outputs() * precision().output().bytes();
  }

  /** Whether a row's result depends on the other rows of X. */
  boolean looksAtAllRows() {
    return LinearDefinitions.looksAtAllRows(strategy.linear());
  }
}
