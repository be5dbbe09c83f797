package org.joulemark.kernels.layer;

import org.joulemark.kernels.model.LinearLayer;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * One pass of one decoder layer: everything that determines its numbers but the tensors themselves,
 * and nothing of how an engine carries it out. Weights are those of {@link
 * org.joulemark.kernels.model.LayerTensors#alone}.
 *
 * @param shape the model whose layer it is
 * @param strategy how its linear parts multiply and what its KV cache holds; an engine may keep a
 *     cache in a wider format, and says so
 * @param scales what a calibration or a training has found for the strategy
 * @param phase prefill or decode
 * @param batch sequences
 * @param length prefill: tokens of each sequence; decode: tokens in the cache before the one that
 *     is read
 * @param cacheContents decode: where the cache's contents come from
 */
public record LayerProblem(
    ModelShape shape,
    Strategy strategy,
    LayerScales scales,
    Phase phase,
    int batch,
    int length,
    CacheContents cacheContents) {

  /** Name of a prompt's activations in the tensor source. */
  public static final String PREFILL_INPUT = HashedTensors.PREFILL_INPUT;

  /** Name of a decoded token's activations in the tensor source. */
  public static final String DECODE_INPUT = HashedTensors.DECODE_INPUT;

  /** Checks that batch and length are at least 1. */
  public LayerProblem {
    if (batch < 1 || length < 1) {
      throw new IllegalArgumentException(
          "A layer pass needs at least 1 sequence and 1 token, not batch="
              + batch
              + ", length="
              + length
              + ".");
    }
    if ((long) batch * (length + 1L) > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          "batch=" + batch + " times length=" + length + " is too many tokens for one pass.");
    }
  }

  /** A pass in one precision throughout. */
  public LayerProblem(
      ModelShape shape,
      Precision precision,
      Phase phase,
      int batch,
      int length,
      CacheContents cacheContents) {
    this(shape, Strategy.plain(precision), LayerScales.NONE, phase, batch, length, cacheContents);
  }

  /** A pass over whole prompts. */
  public static LayerProblem prefill(
      ModelShape shape, Strategy strategy, LayerScales scales, int batch, int sequence) {
    return new LayerProblem(
        shape, strategy, scales, Phase.PREFILL, batch, sequence, CacheContents.DRAWN);
  }

  /** A pass over one token of each sequence, after a context whose keys and values are drawn. */
  public static LayerProblem decode(
      ModelShape shape, Strategy strategy, LayerScales scales, int batch, int context) {
    return new LayerProblem(
        shape, strategy, scales, Phase.DECODE, batch, context, CacheContents.DRAWN);
  }

  /** A pass over whole prompts in one precision throughout. */
  public static LayerProblem prefill(
      ModelShape shape, Precision precision, int batch, int sequence) {
    return prefill(shape, Strategy.plain(precision), LayerScales.NONE, batch, sequence);
  }

  /** {@link #decode(ModelShape, Strategy, LayerScales, int, int)} in one precision throughout. */
  public static LayerProblem decode(ModelShape shape, Precision precision, int batch, int context) {
    return decode(shape, Strategy.plain(precision), LayerScales.NONE, batch, context);
  }

  /** The same pass with nothing quantized, in the strategy's base precision. */
  public LayerProblem unquantized() {
    return new LayerProblem(shape, precision(), phase, batch, length, cacheContents);
  }

  /** The strategy's base precision: that of everything that is not quantized. */
  public Precision precision() {
    return strategy.base();
  }

  /** Tokens of each sequence that one pass reads. */
  public int newTokens() {
    return phase == Phase.PREFILL ? length : 1;
  }

  /** Positions in the cache before the pass. */
  public int start() {
    return phase == Phase.PREFILL ? 0 : length;
  }

  /** Positions in the cache after the pass. */
  public int capacity() {
    return start() + newTokens();
  }

  /** Rows of the activations: batch · newTokens, row b·newTokens + i for token i of sequence b. */
  public int rows() {
    return batch * newTokens();
  }

  /** Numbers of the residual stream [rows, hidden], before the pass as after it. */
  public long streamNumbers() {
    return (long) rows() * shape.hidden();
  }

  /** The residual stream [rows, hidden] that the pass is given. */
  public TensorSpec input() {
    return TensorSpec.input(
        phase == Phase.PREFILL ? PREFILL_INPUT : DECODE_INPUT, rows(), shape.hidden());
  }

  /** The context's activations [batch · start, hidden], under {@link CacheContents#PREFILLED}. */
  public TensorSpec contextInput() {
    return TensorSpec.input(PREFILL_INPUT, batch * start(), shape.hidden());
  }

  /**
   * The context's keys [batch · kvHeads · start, headSize], under {@link CacheContents#DRAWN}: row
   * (b·kvHeads + h)·start + j for position j of head h of sequence b.
   */
  public TensorSpec cacheKeys() {
    return TensorSpec.cache(
        "cache.key", Math.multiplyExact(batch * shape.kvHeads(), start()), shape.headSize());
  }

  /** The context's values, arranged as {@link #cacheKeys()}. */
  public TensorSpec cacheValues() {
    return TensorSpec.cache(
        "cache.value", Math.multiplyExact(batch * shape.kvHeads(), start()), shape.headSize());
  }

  /**
   * Floating-point operations of one pass: 2 per multiply-add of the linear parts and of attention
   * over the keys that each query sees; norms, softmax and activations are not counted.
   */
  public double flops() {
    double linear = 0;
    for (LinearLayer part : shape.linearLayers()) {
      linear += 2.0 * part.outFeatures() * part.inFeatures() * rows();
    }
    return linear + 4.0 * batch * shape.queryWidth() * visibleKeys();
  }

  /** Keys that the new tokens of one sequence see, summed over the tokens. */
  private double visibleKeys() {
    double visible = 0;
    for (int i = 0; i < newTokens(); i++) {
      visible += visibleKeys(start() + i);
    }
    return visible;
  }

  private int visibleKeys(int position) {
    int window = shape.slidingWindow();
    return window == 0 ? position + 1 : Math.min(position + 1, window);
  }

  /**
   * Bytes that no implementation can avoid moving in one pass: every weight once, the residual
   * stream in and out, the new tokens' keys and values written, and the context's visible ones
   * read; all in the strategy's formats, the few numbers of norms and biases as weights, scales as
   * {@link Strategy#weightBytes} and {@link Strategy#cacheBytes} count them.
   */
  public double compulsoryBytes() {
    double weights = shape.parametersPerLayer() * strategy.weightBytes();
    double stream = 2.0 * rows() * shape.hidden() * precision().output().bytes();
    double seen = phase == Phase.PREFILL ? 0 : visibleKeys(start()) - 1;
    double positions = batch * (newTokens() + seen);
    double cache = 2 * positions * shape.kvWidth() * strategy.cacheBytes(shape.headSize());
    return weights + stream + cache;
  }
}
