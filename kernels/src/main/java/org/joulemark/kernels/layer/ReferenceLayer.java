package org.joulemark.kernels.layer;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.LinearDefinitions;
import org.jspecify.annotations.Nullable;

/**
 * One decoder layer in FP64, as Hugging Face's transformers computes it for qwen2, mistral, llama
 * and bloom; under a strategy, as that defines it. Rows of weights are asked for as they are needed
 * and not kept.
 *
 * <p>Throughout, B is the batch, n the new tokens of each sequence, M = B·n rows with row b·n + i
 * for token i of sequence b, H hidden, d the head size.
 */
public final class ReferenceLayer {
  private final ModelShape shape;
  private final LayerTensors tensors;
  private final TensorSource source;
  private final @Nullable RotaryEmbedding rope;
  private final float[] slopes;

  private final Map<LinearPart, ReferencePart> parts = new EnumMap<>(LinearPart.class);
  private final boolean looksAtAllRows;
  private final Jitter cacheJitter;

  /** The layer of {@code tensors} with the numbers of {@code source}, nothing quantized. */
  public ReferenceLayer(ModelShape shape, LayerTensors tensors, TensorSource source) {
    this(shape, tensors, source, Strategy.plain(Precision.FP32), LayerScales.NONE);
  }

  /**
   * The layer as a strategy defines it.
   *
   * @throws IllegalArgumentException for scales that do not fit the layer
   */
  public ReferenceLayer(
      ModelShape shape,
      LayerTensors tensors,
      TensorSource source,
      Strategy strategy,
      LayerScales scales) {
    this(shape, tensors, source, strategy, scales, PartObserver.NONE);
  }

  /**
   * The layer as a strategy defines it, watched.
   *
   * @param observer sees what the linear parts are given
   * @throws IllegalArgumentException for scales that do not fit the layer
   */
  public ReferenceLayer(
      ModelShape shape,
      LayerTensors tensors,
      TensorSource source,
      Strategy strategy,
      LayerScales scales,
      PartObserver observer) {
    this(shape, tensors, source, strategy, scales, observer, Jitter.NONE);
  }

  /**
   * The layer as a strategy defines it, what its quantizers see moved.
   *
   * @throws IllegalArgumentException for scales that do not fit the layer
   */
  ReferenceLayer(
      ModelShape shape,
      LayerTensors tensors,
      TensorSource source,
      Strategy strategy,
      LayerScales scales,
      PartObserver observer,
      Jitter jitter) {
    this.cacheJitter = strategy.int8Cache() ? jitter : Jitter.NONE;
    this.shape = shape;
    this.tensors = tensors;
    this.source = source;
    this.rope = shape.alibi() ? null : RotaryEmbedding.of(shape);
    this.slopes = shape.alibi() ? Alibi.slopes(shape.heads()) : new float[shape.heads()];
    this.looksAtAllRows = LinearDefinitions.looksAtAllRows(strategy.linear());
    for (LinearPart part : LinearPart.values()) {
      parts.put(
          part,
          new ReferencePart(part, shape, tensors, source, strategy, scales, observer, jitter));
    }
  }

  /**
   * Carries the next n tokens of each sequence through the layer.
   *
   * @param x [B·n][H], the residual stream before the layer
   * @param cache keys and values of earlier tokens; those of the new ones are appended
   * @return [B·n][H], the residual stream after the layer
   */
  public double[][] forward(double[][] x, ReferenceCache cache) {
    return forward(x, cache, IntStream.range(0, x.length / cache.batch()).toArray());
  }

  /**
   * As {@link #forward(double[][], ReferenceCache)}, but computes only some of the new tokens to
   * the end, which costs a small part of the whole: the others are needed for their keys and values
   * alone. Where a strategy looks at all rows of a call (outlier columns, dynamic decisions) all of
   * them are computed.
   *
   * @param wanted ascending indices of new tokens in [0, n), the same for each sequence
   * @return [B·wanted.length][H]
   */
  public double[][] forward(double[][] x, ReferenceCache cache, int[] wanted) {
    return trace(x, cache, wanted).output;
  }

  /** The residual stream of some tokens on its way through the layer, [B·w][H] each. */
  static final class Trace {
    private final double[][] input;
    private final double[][] middle;
    private final double[][] output;
    private final double[][] attended;
    private final double[][] inner;

    private Trace(
        double[][] input,
        double[][] middle,
        double[][] output,
        double[][] attended,
        double[][] inner) {
      this.input = input;
      this.middle = middle;
      this.output = output;
      this.attended = attended;
      this.inner = inner;
    }

    /** Before the layer. */
    double[][] input() {
      return input;
    }

    /** After attention. */
    double[][] middle() {
      return middle;
    }

    /** After the layer. */
    double[][] output() {
      return output;
    }

    /** What attention's last linear part multiplies: the numbers that its codes stand for. */
    double[][] attended() {
      return attended;
    }

    /** What the feed-forward part's last linear part multiplies, as well. */
    double[][] inner() {
      return inner;
    }
  }

  /** As {@link #forward(double[][], ReferenceCache, int[])}, with what lies between. */
  Trace trace(double[][] x, ReferenceCache cache, int[] wanted) {
    int batch = cache.batch();
    int tokens = x.length / batch; // n
    if (looksAtAllRows && wanted.length < tokens) {
      Trace all = trace(x, cache, IntStream.range(0, tokens).toArray());
      return new Trace(
          pick(all.input, batch, tokens, wanted),
          pick(all.middle, batch, tokens, wanted),
          pick(all.output, batch, tokens, wanted),
          pick(all.attended, batch, tokens, wanted),
          pick(all.inner, batch, tokens, wanted));
    }
    int start = cache.length();
    // Attention never looks ahead, so nothing after the last wanted token matters to the result;
    // but the cache is to hold every token.
    double[][] normed = ReferenceMath.norm(x, tensors.inputNorm(), shape.normEpsilon(), source);
    LinearDefinition.Call qkv = part(LinearPart.QKV).call(normed);
    appendKeysAndValues(qkv, cache);

    double[][] residual = pick(x, batch, tokens, wanted); // [B·w][H]
    double[][] queries =
        queries(qkv, pick(qkv.activations(), batch, tokens, wanted), start, wanted);
    double[][] attended = attention(queries, cache, start, wanted); // [B·w][heads·d]
    LinearDefinition.Call projection = part(LinearPart.OUTPUT).call(attended);
    double[][] projected = part(LinearPart.OUTPUT).product(projection);
    double[][] middle = ReferenceMath.add(residual, projected); // [B·w][H]

    double[][] normedMiddle =
        ReferenceMath.norm(middle, tensors.postNorm(), shape.normEpsilon(), source);
    double[][] inner = feedForwardInner(normedMiddle); // [B·w][intermediate]
    LinearDefinition.Call down = part(LinearPart.DOWN).call(inner);
    double[][] output = ReferenceMath.add(middle, part(LinearPart.DOWN).product(down));
    return new Trace(residual, middle, output, projection.activations(), down.activations());
  }

  private ReferencePart part(LinearPart part) {
    return Objects.requireNonNull(parts.get(part));
  }

  private static double[][] pick(double[][] rows, int batch, int tokens, int[] wanted) {
    double[][] picked = new double[batch * wanted.length][];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < wanted.length; i++) {
        picked[b * wanted.length + i] = rows[b * tokens + wanted[i]];
      }
    }
    return picked;
  }

  private void appendKeysAndValues(LinearDefinition.Call qkv, ReferenceCache cache) {
    double[][] activations = qkv.activations();
    int batch = cache.batch();
    int tokens = activations.length / batch;
    int start = cache.length();
    int firstKey = shape.queryWidth();
    int firstValue = firstKey + shape.kvWidth();
    ReferencePart part = part(LinearPart.QKV);
    double[][] keys = part.product(qkv, activations, firstKey, firstValue); // [M][kvHeads·d]
    double[][] values = // [M][kvHeads·d]
        part.product(qkv, activations, firstValue, firstValue + shape.kvWidth());
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < tokens; i++) {
        double[] key = keys[b * tokens + i];
        turn(key, shape.kvHeads(), start + i);
        cache.append(b, cacheJitter.moved(key), cacheJitter.moved(values[b * tokens + i]));
      }
    }
  }

  /** Turned queries of some rows of the call's activations. */
  private double[][] queries(
      LinearDefinition.Call qkv, double[][] activations, int start, int[] wanted) {
    double[][] queries =
        part(LinearPart.QKV).product(qkv, activations, 0, shape.queryWidth()); // [B·w][heads·d]
    for (int m = 0; m < queries.length; m++) {
      turn(queries[m], shape.heads(), start + wanted[m % wanted.length]);
    }
    return queries;
  }

  /** Turns every head of one token to its position; ALiBi models have nothing to turn. */
  private void turn(double[] vector, int heads, int position) {
    if (rope != null) {
      for (int head = 0; head < heads; head++) {
        rope.rotate(vector, head * shape.headSize(), position);
      }
    }
  }

  /** softmax(q·kᵀ/√d + bias) · v over the keys that each query sees. */
  private double[][] attention(double[][] queries, ReferenceCache cache, int start, int[] wanted) {
    double[][] y = new double[queries.length][shape.queryWidth()];
    IntStream.range(0, queries.length * shape.heads())
        .parallel()
        .forEach(
            task -> {
              int row = task / shape.heads();
              int position = start + wanted[row % wanted.length];
              attend(
                  queries[row], cache, row / wanted.length, position, task % shape.heads(), y[row]);
            });
    return y;
  }

  private void attend(
      double[] query, ReferenceCache cache, int sequence, int position, int head, double[] into) {
    int d = shape.headSize();
    int kvHead = head / (shape.heads() / shape.kvHeads());
    int first = shape.slidingWindow() == 0 ? 0 : Math.max(0, position - shape.slidingWindow() + 1);
    double scale = 1 / Math.sqrt(d);
    double[] scores = new double[position - first + 1];
    for (int j = first; j <= position; j++) {
      double[] key = cache.key(sequence, j);
      double dot = 0;
      for (int i = 0; i < d; i++) {
        dot += query[head * d + i] * key[kvHead * d + i];
      }
      scores[j - first] = dot * scale + slopes[head] * (double) j;
    }
    ReferenceMath.softmax(scores);
    Arrays.fill(into, head * d, (head + 1) * d, 0);
    for (int j = first; j <= position; j++) {
      double[] value = cache.value(sequence, j);
      for (int i = 0; i < d; i++) {
        into[head * d + i] += scores[j - first] * value[kvHead * d + i];
      }
    }
  }

  private double[][] feedForwardInner(double[][] normed) {
    ReferencePart part = part(LinearPart.FEED_FORWARD_IN);
    LinearDefinition.Call call = part.call(normed);
    int inner = shape.intermediate();
    double[][] first = part.product(call, call.activations(), 0, inner);
    return shape.gated()
        ? ReferenceMath.swiGlu(first, part.product(call, call.activations(), inner, 2 * inner))
        : ReferenceMath.gelu(first);
  }
}
