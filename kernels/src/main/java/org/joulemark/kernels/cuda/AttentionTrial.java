package org.joulemark.kernels.cuda;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;

/**
 * The attention of one layer by itself, over random operands of its own: how long it takes on this
 * device, carried out in one way or another.
 */
final class AttentionTrial {
  private static final int ROUNDS = 7;
  private static final double ROUND_SECONDS = 2e-3;
  private static final int MOST_LAUNCHES = 50;

  private final CudaEngine engine;
  private final ModelShape shape;
  private final ElementType type;
  private final int batch;
  private final int tokens;
  private final int start;
  private final int capacity;

  /** Of that many new tokens of each sequence, from position {@code start} on. */
  AttentionTrial(
      CudaEngine engine,
      ModelShape shape,
      ElementType type,
      int batch,
      int tokens,
      int start,
      int capacity) {
    this.engine = engine;
    this.shape = shape;
    this.type = type;
    this.batch = batch;
    this.tokens = tokens;
    this.start = start;
    this.capacity = capacity;
  }

  /**
   * Seconds per run, the median of several rounds; rotation and cache write are not in it.
   *
   * @param attention as in {@link CudaAttention}
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if the device or the library
   *     cannot do it, or there is not enough memory
   */
  double seconds(String attention) {
    engine.device().makeCurrent();
    try (CudaScope scope = new CudaScope()) {
      CudaKernels kernels =
          scope.own(new CudaKernels(engine, type, shape.headSize()), CudaKernels::close);
      DeviceArena arena = scope.own(new DeviceArena(), DeviceArena::close);
      int rows = Math.multiplyExact(batch, tokens);
      int width = shape.queryWidth() + 2 * shape.kvHeads() * shape.headSize();
      DeviceArena.Slice qkv = arena.reserve(type, rows, width);
      DeviceArena.Slice attended = arena.reserve(type, rows, shape.queryWidth());
      KvCacheShape cacheShape = KvCacheShape.of(shape, batch, capacity);
      CudaKvCache cache = new CudaKvCache(arena, cacheShape, type);
      CudaPositions positions = new CudaPositions(arena, shape, type, capacity);
      CudaAttention work =
          new CudaAttention(
              engine, kernels, scope, arena, shape, type, attention, batch, tokens, capacity,
              positions, qkv, attended, null);
      engine.allocate(arena, 0);
      try (RowUpload upload = engine.upload()) {
        positions.fill(upload);
        qkv.fill(upload, type, rows, width, AttentionTrial::draw);
        cache.fillKeys(upload, AttentionTrial::draw);
        cache.fillValues(upload, AttentionTrial::draw);
      }
      return median(work.attend(cache));
    }
  }

  private static void draw(int row, float[] into) {
    SplittableRandom random = new SplittableRandom(row);
    for (int i = 0; i < into.length; i++) {
      into[i] = (float) random.nextGaussian();
    }
  }

  private double median(CudaAttention.Call call) {
    // The first run loads code.
    time(call, 1);
    double once = time(call, 1);
    int launches = (int) Math.max(1, Math.min(MOST_LAUNCHES, ROUND_SECONDS / once));
    double[] seconds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      seconds[round] = time(call, launches);
    }
    Arrays.sort(seconds);
    return seconds[ROUNDS / 2];
  }

  private double time(CudaAttention.Call call, int launches) {
    CudaStream stream = engine.stream();
    try (CudaEvent begin = new CudaEvent();
        CudaEvent end = new CudaEvent()) {
      begin.record(stream);
      for (int i = 0; i < launches; i++) {
        call.run(start, stream);
      }
      end.record(stream);
      end.await();
      return end.secondsSince(begin) / launches;
    }
  }

  /** Operations of one run: two products over the keys that each query sees. */
  double operations() {
    double seen = 0;
    for (int i = 0; i < tokens; i++) {
      int before = start + i + 1;
      seen += shape.slidingWindow() == 0 ? before : Math.min(before, shape.slidingWindow());
    }
    return 4.0 * batch * shape.heads() * shape.headSize() * seen;
  }
}
