package org.joulemark.kernels.cpu;

import java.util.Arrays;
import org.joulemark.kernels.layer.Alibi;
import org.joulemark.kernels.layer.RotaryEmbedding;
import org.joulemark.kernels.model.ModelShape;

/**
 * Attention in Java: turns queries and keys to their positions, writes keys and values into the
 * cache, and lets every query look back. Everything is FP32; the inner loops run over positions or
 * over a head's numbers without a dependency between their steps, so the compiler vectorizes them.
 * Allocates nothing after construction.
 */
final class CpuAttention {
  // Numbers to write into the cache below which waking other threads costs more than it saves.
  private static final long FEWEST_TO_SHARE = 1 << 16;

  private final ModelShape shape;
  private final WorkerTeam team;
  private final int batch;
  private final int tokens;
  private final float[] slopes;
  // [capacity, headSize / 2] each; empty for ALiBi.
  private final float[] cosines;
  private final float[] sines;
  private final Scratch[] scratch;

  private final WorkerTeam.Job writeJob = this::writeHead;
  private final WorkerTeam.Job attendJob = this::attendHead;

  // The call in progress.
  private NativeMatrix qkv;
  private NativeMatrix out;
  private CpuKvCache cache;
  private int start;

  private static final class Scratch {
    final float[] query;
    final float[] value;
    final float[] scores;
    final float[] sum;

    Scratch(int headSize, int capacity) {
      this.query = new float[headSize];
      this.value = new float[headSize];
      this.scores = new float[capacity];
      this.sum = new float[headSize];
    }
  }

  /**
   * For passes over {@code tokens} further tokens of each of {@code batch} sequences.
   *
   * @param qkv [batch · tokens, queryWidth + 2·kvWidth], what {@link #run} reads
   * @param out [batch · tokens, queryWidth], what it writes
   * @param cache of the first layer to be run
   */
  CpuAttention(
      ModelShape shape,
      WorkerTeam team,
      int batch,
      int tokens,
      NativeMatrix qkv,
      NativeMatrix out,
      CpuKvCache cache) {
    this.shape = shape;
    this.team = team;
    this.batch = batch;
    this.tokens = tokens;
    this.qkv = qkv;
    this.out = out;
    this.cache = cache;
    int capacity = cache.shape().capacity();
    this.slopes = shape.alibi() ? Alibi.slopes(shape.heads()) : new float[shape.heads()];
    this.scratch = new Scratch[team.size()];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new Scratch(shape.headSize(), capacity);
    }
    int half = shape.alibi() ? 0 : shape.headSize() / 2;
    this.cosines = new float[half * capacity];
    this.sines = new float[half * capacity];
    if (half > 0) {
      RotaryEmbedding rope = RotaryEmbedding.of(shape);
      for (int p = 0; p < capacity; p++) {
        for (int i = 0; i < half; i++) {
          cosines[p * half + i] = (float) Math.cos(rope.angle(p, i));
          sines[p * half + i] = (float) Math.sin(rope.angle(p, i));
        }
      }
    }
  }

  /** Carries out attention of one layer for tokens at positions {@code start} and on. */
  void run(CpuKvCache layerCache, int start) {
    this.cache = layerCache;
    this.start = start;
    int heads = batch * shape.kvHeads();
    if ((long) heads * tokens * shape.headSize() < FEWEST_TO_SHARE) {
      for (int i = 0; i < heads; i++) {
        writeHead(i, 0);
      }
    } else {
      team.run(writeJob, heads);
    }
    team.run(attendJob, batch * shape.heads());
  }

  /** Writes the new keys and values of one head of one sequence into the cache. */
  private void writeHead(int index, int worker) {
    int b = index / shape.kvHeads();
    int head = index % shape.kvHeads();
    int d = shape.headSize();
    Scratch s = scratch[worker];
    for (int i = 0; i < tokens; i++) {
      int row = b * tokens + i;
      qkv.get(row, shape.queryWidth() + head * d, s.query, 0, d);
      turn(s.query, start + i);
      qkv.get(row, shape.queryWidth() + shape.kvWidth() + head * d, s.value, 0, d);
      cache.put(b, head, start + i, s.query, s.value);
    }
  }

  /** Rotates the pairs (x_i, x_{i + d/2}); does nothing under ALiBi. */
  private void turn(float[] vector, int position) {
    int half = shape.alibi() ? 0 : shape.headSize() / 2;
    int at = position * half;
    for (int i = 0; i < half; i++) {
      float cos = cosines[at + i];
      float sin = sines[at + i];
      float first = vector[i];
      float second = vector[half + i];
      vector[i] = first * cos - second * sin;
      vector[half + i] = second * cos + first * sin;
    }
  }

  /** Lets the queries of one head of one sequence look back. */
  private void attendHead(int index, int worker) {
    int b = index / shape.heads();
    int head = index % shape.heads();
    int kvHead = head / (shape.heads() / shape.kvHeads());
    int d = shape.headSize();
    float scale = (float) (1 / Math.sqrt(d));
    float[] keys = cache.keys(b, kvHead);
    float[] values = cache.values(b, kvHead);
    Scratch s = scratch[worker];
    for (int i = 0; i < tokens; i++) {
      int row = b * tokens + i;
      int position = start + i;
      int first =
          shape.slidingWindow() == 0 ? 0 : Math.max(0, position - shape.slidingWindow() + 1);
      int seen = position - first + 1;
      qkv.get(row, head * d, s.query, 0, d);
      turn(s.query, position);
      for (int e = 0; e < d; e++) {
        s.query[e] *= scale;
      }
      scores(s.query, keys, cache.shape().capacity(), first, seen, s.scores);
      float sum = softmax(s.scores, seen, slopes[head]);
      weightedSum(s.scores, values, first, seen, s.sum);
      for (int e = 0; e < d; e++) {
        s.sum[e] /= sum;
      }
      out.put(row, head * d, s.sum, 0, d);
    }
  }

  /** scores[j] = Σ_e query[e] · keys[e][first + j], four e at a time. */
  private static void scores(
      float[] query, float[] keys, int capacity, int first, int seen, float[] scores) {
    Arrays.fill(scores, 0, seen, 0);
    int e = 0;
    for (; e + 4 <= query.length; e += 4) {
      int at = e * capacity + first;
      addFour(scores, seen, keys, at, capacity, query[e], query[e + 1], query[e + 2], query[e + 3]);
    }
    for (; e < query.length; e++) {
      int at = e * capacity + first;
      float q = query[e];
      for (int j = 0; j < seen; j++) {
        scores[j] += q * keys[at + j];
      }
    }
  }

  /** into[j] += a·x[at + j] + b·x[at + step + j] + c·x[at + 2·step + j] + d·x[at + 3·step + j]. */
  private static void addFour(
      float[] into, int count, float[] x, int at, int step, float a, float b, float c, float d) {
    int second = at + step;
    int third = second + step;
    int fourth = third + step;
    for (int j = 0; j < count; j++) {
      into[j] += a * x[at + j] + b * x[second + j] + c * x[third + j] + d * x[fourth + j];
    }
  }

  /** e^(score − largest) in place, ALiBi's bias included; gives their sum. */
  private static float softmax(float[] scores, int seen, float slope) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < seen; j++) {
      // Relative to the last key, so that the bias stays small: softmax does not see the shift.
      scores[j] += slope * (j + 1 - seen);
      largest = Math.max(largest, scores[j]);
    }
    double sum = 0;
    for (int j = 0; j < seen; j++) {
      scores[j] = (float) Math.exp(scores[j] - largest);
      sum += scores[j];
    }
    return (float) sum;
  }

  /** sum[e] = Σ_j weights[j] · values[first + j][e], four j at a time. */
  private static void weightedSum(
      float[] weights, float[] values, int first, int seen, float[] sum) {
    int d = sum.length;
    Arrays.fill(sum, 0);
    int j = 0;
    for (; j + 4 <= seen; j += 4) {
      int at = (first + j) * d;
      addFour(sum, d, values, at, d, weights[j], weights[j + 1], weights[j + 2], weights[j + 3]);
    }
    for (; j < seen; j++) {
      int at = (first + j) * d;
      float w = weights[j];
      for (int e = 0; e < d; e++) {
        sum[e] += w * values[at + e];
      }
    }
  }
}
