package org.joulemark.kernels.cpu;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.MemoryNeed;
import org.joulemark.kernels.layer.CacheContents;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.Phase;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.LinearLayer;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;

/** One layer pass on the CPU; done when {@link #submit} returns. */
final class CpuLayerWork extends HostWork implements LayerWork {
  private final LayerProblem problem;
  private final OpenMpThreads threads;
  private final NativeScope scope;
  private final CpuLinears linears;
  private final CpuPass pass;
  private final CpuPass.Layer layer;
  private final Map<String, String> facts;

  private CpuLayerWork(
      LayerProblem problem,
      DnnlContext context,
      NativeScope scope,
      WorkerTeam team,
      TensorSource source) {
    this.problem = problem;
    this.threads = context.threads();
    this.scope = scope;
    ModelShape shape = problem.shape();
    LayerWeights weights = new LayerWeights(shape, LayerTensors.alone(shape), source);
    CpuKvCache cache =
        new CpuKvCache(
            KvCacheShape.of(shape, problem.batch(), problem.capacity()), problem.strategy());
    this.linears = new CpuLinears(context, team, problem.strategy());
    this.pass =
        new CpuPass(
            context,
            team,
            scope,
            weights,
            linears,
            problem.batch(),
            problem.newTokens(),
            null,
            false,
            cache);
    CpuPass.Weights packed;
    try (WeightPacker packer =
        new WeightPacker(context, CpuPass.largestWeightBytes(shape, problem.strategy()))) {
      packed = pass.pack(scope, packer, weights, problem.scales());
    }
    this.layer = pass.bind(packed, cache);
    fill(pass.input(), problem.input(), source);
    if (problem.phase() == Phase.DECODE) {
      if (problem.cacheContents() == CacheContents.DRAWN) {
        draw(cache, source);
      } else {
        prefill(context, team, weights, packed, cache, source);
      }
    }
    this.facts =
        Map.of(
            "algorithm",
            pass.implementations(),
            "attention",
            CpuEngine.ATTENTION,
            "kv.cache",
            cache.description(),
            "threads",
            Integer.toString(threads.effective()));
  }

  /**
   * Prepares a pass.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory or
   *     oneDNN has no optimized implementation
   */
  static CpuLayerWork prepare(
      LayerProblem problem, DnnlContext context, WorkerTeam team, TensorSource source) {
    requireMemory(problem);
    NativeScope scope = new NativeScope();
    try {
      return new CpuLayerWork(problem, context, scope, team, source);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private static void requireMemory(LayerProblem problem) {
    ModelShape shape = problem.shape();
    MemoryNeed.requireArray("output", problem.streamNumbers());
    boolean prefilled = problem.cacheContents() == CacheContents.PREFILLED;
    CpuPass.requireRows(
        shape,
        problem.strategy(),
        Math.max(problem.rows(), prefilled ? (long) problem.batch() * problem.start() : 0));
    long weights = 0;
    for (LinearLayer part : shape.linearLayers()) {
      weights +=
          (long) part.outFeatures()
              * part.inFeatures()
              * CpuLinears.weightBytes(problem.strategy());
    }
    long largest = CpuPass.largestWeightBytes(shape, problem.strategy());
    long rows = Math.max(problem.rows(), (long) problem.batch() * problem.start());
    long cache = KvCacheShape.of(shape, problem.batch(), problem.capacity()).bytes(Float.BYTES);
    CpuMemory.require(weights + largest + CpuPass.bytes(shape, problem.strategy(), rows), cache);
  }

  private static void fill(NativeMatrix matrix, TensorSpec tensor, TensorSource source) {
    IntStream.range(0, matrix.rows())
        .parallel()
        .forEach(
            row -> {
              float[] values = new float[matrix.columns()];
              source.row(tensor, row, values);
              matrix.put(row, 0, values, 0, values.length);
            });
  }

  private void draw(CpuKvCache cache, TensorSource source) {
    int heads = problem.shape().kvHeads();
    int context = problem.start();
    IntStream.range(0, problem.batch() * heads)
        .parallel()
        .forEach(
            head -> {
              float[] key = new float[problem.shape().headSize()];
              float[] value = new float[problem.shape().headSize()];
              for (int j = 0; j < context; j++) {
                source.row(problem.cacheKeys(), head * context + j, key);
                source.row(problem.cacheValues(), head * context + j, value);
                cache.put(head / heads, head % heads, j, key, value);
              }
            });
  }

  /** Carries the context through the layer, which leaves its keys and values in the cache. */
  private void prefill(
      DnnlContext context,
      WorkerTeam team,
      LayerWeights weights,
      CpuPass.Weights packed,
      CpuKvCache cache,
      TensorSource source) {
    try (NativeScope temporary = new NativeScope()) {
      CpuPass before =
          new CpuPass(
              context,
              team,
              temporary,
              weights,
              linears,
              problem.batch(),
              problem.start(),
              pass.arrangement(),
              false,
              cache);
      fill(before.input(), problem.contextInput(), source);
      before.bind(packed, cache).run(0);
    }
  }

  @Override
  public LayerProblem problem() {
    return problem;
  }

  @Override
  protected void run() {
    threads.prepareCurrentThread();
    layer.run(problem.start());
  }

  @Override
  public HostTensor output() {
    NativeMatrix output = pass.output();
    return new HostTensor(
        "output", List.of(problem.batch(), problem.newTokens(), output.columns()), output.values());
  }

  @Override
  public void poisonOutput() {
    pass.output().poison();
  }

  @Override
  public Optional<Decisions> decisions() {
    return linears.decisions();
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> all = new LinkedHashMap<>(facts);
    all.putAll(linears.facts());
    return all;
  }

  @Override
  public void close() {
    scope.close();
  }
}
