package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.LayerWork;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.CacheContents;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.layer.LayerProblem;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.Phase;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.ElementType;

/**
 * One layer pass on the GPU. With {@code launch=graph} units come together as {@link CudaWork}
 * describes; the fact {@code launch.units} says how many.
 */
final class CudaLayerWork extends ForwardingWork implements LayerWork {
  private final LayerProblem problem;
  private final CudaEngine engine;
  private final ElementType type;
  private final CudaScope scope;
  private final CudaPass pass;
  private final CudaPass.Layer layer;
  private final CudaWork work;

  private CudaLayerWork(
      LayerProblem problem,
      CudaEngine engine,
      LtPlanner planner,
      CudaScope scope,
      TensorSource source,
      LayerOptions options) {
    this.problem = problem;
    this.engine = engine;
    this.type = problem.precision().activation();
    this.scope = scope;
    ModelShape shape = problem.shape();
    LayerWeights layerWeights = new LayerWeights(shape, LayerTensors.alone(shape), source);
    CudaKernels kernels =
        scope.own(new CudaKernels(engine, type, shape.headSize()), CudaKernels::close);
    DeviceArena arena = scope.own(new DeviceArena(), DeviceArena::close);
    CudaLayerWeights weights =
        new CudaLayerWeights(
            arena,
            layerWeights,
            problem.scales(),
            type,
            CudaLinearKinds.of(problem.strategy(), engine.device()));
    CudaKvCache cache =
        CudaKvCache.of(
            arena, KvCacheShape.of(shape, problem.batch(), problem.capacity()), problem.strategy());
    CudaPositions positions = new CudaPositions(arena, shape, type, problem.capacity());
    PassMaker maker = new PassMaker(kernels, planner, positions, layerWeights, options);
    this.pass = maker.make(scope, arena, problem.newTokens(), problem.start());
    boolean prefilled =
        problem.phase() == Phase.DECODE && problem.cacheContents() == CacheContents.PREFILLED;
    // Both are there together while the context is read.
    DeviceArena before = scope.own(new DeviceArena(), DeviceArena::close);
    CudaScope beforeScope = scope.own(new CudaScope(), CudaScope::close);
    CudaPass context = prefilled ? maker.make(beforeScope, before, problem.start(), 0) : null;
    engine.allocate(arena, before.bytes());
    try (RowUpload upload = engine.upload()) {
      weights.fill(upload);
      positions.fill(upload);
      fill(upload, pass.input(), problem.input(), source);
      if (problem.phase() == Phase.DECODE && !prefilled) {
        draw(upload, cache, source);
      }
    }
    if (context != null) {
      engine.allocate(before, 0);
      try (RowUpload upload = engine.upload()) {
        fill(upload, context.input(), problem.contextInput(), source);
      }
      context.bind(weights, cache).run(0);
      engine.stream().synchronize();
      context.checkNans();
      beforeScope.close();
      before.close();
    }
    this.layer = pass.bind(weights, cache);
    Map<String, String> facts = new LinkedHashMap<>(pass.facts());
    facts.putAll(CudaEngine.factsOf(options, problem.strategy()));
    facts.put("memory.bytes", Long.toString(arena.bytes()));
    this.work =
        scope.own(
            options.launch().equals("graph")
                ? CudaWork.graphed(engine.device(), engine.stream(), this::launch, 1, facts)
                : CudaWork.launched(engine.device(), engine.stream(), this::launch, facts),
            CudaWork::close);
    facts.put("launch.units", Integer.toString(work.unitsPerBatch()));
  }

  /** Makes passes of this layer. */
  private final class PassMaker {
    private final CudaKernels kernels;
    private final LtPlanner planner;
    private final CudaPositions positions;
    private final LayerWeights weights;
    private final LayerOptions options;

    PassMaker(
        CudaKernels kernels,
        LtPlanner planner,
        CudaPositions positions,
        LayerWeights weights,
        LayerOptions options) {
      this.kernels = kernels;
      this.planner = planner;
      this.positions = positions;
      this.weights = weights;
      this.options = options;
    }

    CudaPass make(CudaScope owner, DeviceArena arena, int tokens, int start) {
      return new CudaPass(
          engine,
          kernels,
          planner,
          owner,
          arena,
          positions,
          weights,
          problem.strategy(),
          options,
          problem.batch(),
          tokens,
          start,
          problem.capacity(),
          false);
    }
  }

  /**
   * Prepares a pass.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory or
   *     cuBLASLt cannot do it
   */
  static CudaLayerWork prepare(
      LayerProblem problem,
      CudaEngine engine,
      LtPlanner planner,
      TensorSource source,
      LayerOptions options) {
    CudaScope scope = new CudaScope();
    try {
      return new CudaLayerWork(problem, engine, planner, scope, source, options);
    } catch (RuntimeException failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  private void fill(
      RowUpload upload, DeviceArena.Slice slice, TensorSpec tensor, TensorSource source) {
    slice.fill(
        upload,
        type,
        tensor.rows(),
        tensor.columns(),
        (row, into) -> source.row(tensor, row, into));
  }

  /** The context's keys and values; the last position, which the new token takes, stays zero. */
  private void draw(RowUpload upload, CudaKvCache cache, TensorSource source) {
    TensorSpec keys = problem.cacheKeys();
    TensorSpec values = problem.cacheValues();
    cache.fillKeys(upload, (row, into) -> drawn(source, keys, row, into));
    cache.fillValues(upload, (row, into) -> drawn(source, values, row, into));
  }

  private void drawn(TensorSource source, TensorSpec tensor, int row, float[] into) {
    int capacity = problem.capacity();
    int context = problem.start();
    if (row % capacity < context) {
      source.row(tensor, row / capacity * context + row % capacity, into);
    }
  }

  private void launch() {
    layer.run(problem.start());
  }

  @Override
  public LayerProblem problem() {
    return problem;
  }

  @Override
  protected Work work() {
    return work;
  }

  @Override
  public void drain() {
    work.drain();
    pass.checkNans();
  }

  @Override
  public HostTensor output() {
    drain();
    return pass.output()
        .download(
            "output",
            List.of(problem.batch(), problem.newTokens(), problem.shape().hidden()),
            type,
            engine.staging(),
            engine.stream());
  }

  @Override
  public void poisonOutput() {
    work.drain();
    pass.output().poison(engine.stream());
  }

  @Override
  public Optional<Decisions> decisions() {
    return pass.decisions();
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(work.facts());
    facts.putAll(pass.measured());
    return facts;
  }

  @Override
  public void close() {
    engine.device().makeCurrent();
    scope.close();
  }
}
