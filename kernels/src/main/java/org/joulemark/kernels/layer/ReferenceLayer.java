package org.joulemark.kernels.layer;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.jspecify.annotations.Nullable;

/**
 * One decoder layer in FP64, as Hugging Face's transformers computes it for qwen2, mistral, llama
 * and bloom. Rows of weights are asked for as they are needed and not kept.
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

  /** The layer of {@code tensors} with the numbers of {@code source}. */
  public ReferenceLayer(ModelShape shape, LayerTensors tensors, TensorSource source) {
    this.shape = shape;
    this.tensors = tensors;
    this.source = source;
    this.rope = shape.alibi() ? null : RotaryEmbedding.of(shape);
    this.slopes = shape.alibi() ? Alibi.slopes(shape.heads()) : new float[shape.heads()];
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
   * alone.
   *
   * @param wanted ascending indices of new tokens in [0, n), the same for each sequence
   * @return [B·wanted.length][H]
   */
  public double[][] forward(double[][] x, ReferenceCache cache, int[] wanted) {
    int batch = cache.batch();
    int tokens = x.length / batch; // n
    int start = cache.length();
    // Attention never looks ahead, so nothing after the last wanted token matters to the result;
    // but the cache is to hold every token.
    double[][] normed = ReferenceMath.norm(x, tensors.inputNorm(), shape.normEpsilon(), source);
    appendKeysAndValues(normed, cache);

    double[][] residual = pick(x, batch, tokens, wanted); // [B·w][H]
    double[][] queries = queries(pick(normed, batch, tokens, wanted), start, wanted);
    double[][] attended = attention(queries, cache, start, wanted); // [B·w][heads·d]
    double[][] projected = ReferenceMath.linear(attended, tensors.attentionOutput(), source);
    double[][] middle = ReferenceMath.add(residual, projected); // [B·w][H]

    double[][] normedMiddle =
        ReferenceMath.norm(middle, tensors.postNorm(), shape.normEpsilon(), source);
    double[][] inner = feedForwardInner(normedMiddle); // [B·w][intermediate]
    return ReferenceMath.add(
        middle, ReferenceMath.linear(inner, tensors.feedForwardOutput(), source));
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

  private void appendKeysAndValues(double[][] normed, ReferenceCache cache) {
    int batch = cache.batch();
    int tokens = normed.length / batch;
    int start = cache.length();
    double[][] keys = project(normed, 1); // [M][kvHeads·d]
    double[][] values = project(normed, 2); // [M][kvHeads·d]
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < tokens; i++) {
        double[] key = keys[b * tokens + i];
        turn(key, shape.kvHeads(), start + i);
        cache.append(b, key, values[b * tokens + i]);
      }
    }
  }

  private double[][] queries(double[][] normed, int start, int[] wanted) {
    double[][] queries = project(normed, 0); // [B·w][heads·d]
    for (int m = 0; m < queries.length; m++) {
      turn(queries[m], shape.heads(), start + wanted[m % wanted.length]);
    }
    return queries;
  }

  /** Queries (0), keys (1) or values (2) of normed rows, all heads side by side. */
  private double[][] project(double[][] normed, int which) {
    List<Affine> parts = tensors.attentionInputs();
    if (parts.size() == 3) {
      return ReferenceMath.linear(normed, parts.get(which), source);
    }
    // BLOOM's fused result is viewed as [heads, 3, d].
    int d = shape.headSize();
    double[][] y = new double[normed.length][shape.heads() * d];
    for (int head = 0; head < shape.heads(); head++) {
      int from = (head * 3 + which) * d;
      double[][] one = ReferenceMath.linear(normed, parts.get(0), from, from + d, source);
      for (int m = 0; m < y.length; m++) {
        System.arraycopy(one[m], 0, y[m], head * d, d);
      }
    }
    return y;
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
    List<Affine> parts = tensors.feedForwardInputs();
    double[][] first = ReferenceMath.linear(normed, parts.get(0), source);
    return shape.gated()
        ? ReferenceMath.swiGlu(first, ReferenceMath.linear(normed, parts.get(1), source))
        : ReferenceMath.gelu(first);
  }
}
