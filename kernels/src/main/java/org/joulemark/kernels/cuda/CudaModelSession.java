package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.joulemark.kernels.engine.Closing;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.ForwardingWork;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.engine.MemoryNeed;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.UnsupportedWorkException;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassOutput;
import org.joulemark.kernels.layer.PassRequest;
import org.joulemark.kernels.layer.TokenCheck;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * A whole model on the GPU: weights and caches in one allocation, one plan for each number of new
 * tokens. Logits are in the precision's format, as in Hugging Face's code.
 *
 * <p>Preparing a work runs some of its units, to warm up; so it leaves the session where submitting
 * it does.
 */
final class CudaModelSession implements ModelSession {
  private final ModelProblem problem;
  private final ModelShape shape;
  private final ElementType type;
  private final CudaEngine engine;
  private final LtPlanner planner;
  private final LayerOptions options;
  private final CudaScope scope;
  private final CudaKernels kernels;
  private final CudaModelWeights weights;
  private final long weightAndCacheBytes;
  private final CudaModelPlan single;
  private @Nullable CudaModelPlan several;
  // Of the works that are open, as far as they have one of their own.
  private final Set<CudaModelPlan> ownedPlans = new LinkedHashSet<>();
  private int position;

  private CudaModelSession(
      ModelProblem problem,
      CudaEngine engine,
      LtPlanner planner,
      CudaScope scope,
      TensorSource source,
      LayerOptions options) {
    this.problem = problem;
    this.shape = problem.shape();
    this.type = problem.precision().activation();
    this.engine = engine;
    this.planner = planner;
    this.options = options;
    this.scope = scope;
    this.kernels = scope.own(new CudaKernels(engine, type, shape.headSize()), CudaKernels::close);
    DeviceArena arena = scope.own(new DeviceArena(), DeviceArena::close);
    this.weights =
        new CudaModelWeights(
            arena, problem, source, CudaLinearKinds.of(problem.strategy(), engine.device()));
    this.weightAndCacheBytes = arena.bytes();
    // A prompt may fill the cache.
    long plans =
        CudaModelPlan.bytes(engine, kernels, planner, problem, options, weights, 1)
            + (problem.capacity() == 1
                ? 0
                : CudaModelPlan.bytes(
                    engine, kernels, planner, problem, options, weights, problem.capacity()));
    engine.requireFree(arena.bytes() + plans);
    engine.allocate(arena, 0);
    try (RowUpload upload = engine.upload()) {
      weights.fill(upload);
    }
    this.single = scope.own(newPlan(1, 0), CudaModelPlan::close);
  }

  /**
   * Prepares a model.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory or
   *     cuBLASLt cannot do it
   */
  static CudaModelSession prepare(
      ModelProblem problem,
      CudaEngine engine,
      LtPlanner planner,
      TensorSource source,
      LayerOptions options) {
    CudaScope scope = new CudaScope();
    try {
      return new CudaModelSession(problem, engine, planner, scope, source, options);
    } catch (RuntimeException failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  private CudaModelPlan newPlan(int tokens, int start) {
    return new CudaModelPlan(engine, kernels, planner, problem, options, weights, tokens, start);
  }

  /**
   * The plan for that many tokens, wherever they stand; besides the one for a single token, the
   * last one is kept.
   */
  private CudaModelPlan plan(int tokens) {
    if (tokens == 1) {
      return single;
    }
    CudaModelPlan current = several;
    if (current != null && current.tokens() == tokens) {
      return current;
    }
    if (current != null) {
      several = null;
      current.close();
    }
    CudaModelPlan made = newPlan(tokens, 0);
    several = made;
    return made;
  }

  @Override
  public ModelShape shape() {
    return shape;
  }

  @Override
  public int batch() {
    return problem.batch();
  }

  @Override
  public int capacity() {
    return problem.capacity();
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public void reset() {
    position = 0;
  }

  @Override
  public PassOutput forward(int[][] tokens, PassRequest request) {
    TokenCheck.check(this, tokens);
    MemoryNeed.requireArray(
        "result", request.largestTensor(shape, problem.batch(), tokens[0].length));
    engine.device().makeCurrent();
    CudaModelPlan plan = plan(tokens[0].length);
    plan.give(tokens);
    List<HostTensor> hidden = new ArrayList<>();
    plan.embed();
    keep(request, plan.stream(), plan.tokens(), hidden);
    for (int i = 0; i < shape.layers(); i++) {
      plan.layer(i, position);
      if (i < shape.layers() - 1) {
        keep(request, plan.stream(), plan.tokens(), hidden);
      }
    }
    position += plan.tokens();
    plan.checkNans();
    if (request == PassRequest.LAST_LOGITS) {
      plan.readLast();
      return new PassOutput(hidden, copy("logits", plan.lastLogits(), 1, shape.vocabulary()));
    }
    plan.normAll();
    keep(request, plan.normed(), plan.tokens(), hidden);
    try (CudaScope temporary = new CudaScope()) {
      DeviceArena.Slice logits = plan.allLogits(temporary);
      return new PassOutput(hidden, copy("logits", logits, plan.tokens(), shape.vocabulary()));
    }
  }

  private void keep(
      PassRequest request, DeviceArena.Slice rows, int tokens, List<HostTensor> hidden) {
    if (request == PassRequest.EVERYTHING) {
      hidden.add(copy("hidden_states." + hidden.size(), rows, tokens, shape.hidden()));
    }
  }

  private HostTensor copy(String name, DeviceArena.Slice rows, int tokens, int columns) {
    return rows.download(
        name, List.of(problem.batch(), tokens, columns), type, engine.staging(), engine.stream());
  }

  @Override
  public Work prefill(int[][] tokens) {
    TokenCheck.check(this, 0, tokens);
    engine.device().makeCurrent();
    int length = tokens[0].length;
    int[][] prompts = Arrays.stream(tokens).map(int[]::clone).toArray(int[][]::new);
    // A plan of its own: a later call of forward may replace the session's.
    CudaModelPlan plan = newPlan(length, 0);
    try {
      plan.give(prompts);
      return new SessionWork(() -> plan.run(0), length, plan);
    } catch (RuntimeException failure) {
      Closing.after(failure, plan::close);
      throw failure;
    }
  }

  @Override
  public Work extend(int start, int[][] tokens) {
    TokenCheck.check(this, start, tokens);
    engine.device().makeCurrent();
    int length = tokens[0].length;
    CudaModelPlan plan = newPlan(length, start);
    try {
      plan.planAllLogits();
      plan.give(tokens);
      return new SessionWork(() -> plan.runAll(start), start + length, plan);
    } catch (RuntimeException failure) {
      Closing.after(failure, plan::close);
      throw failure;
    }
  }

  @Override
  public Work decode(int start) {
    TokenCheck.checkDecode(this, start);
    if (options.attention().equals(CudaAttention.CUDNN)) {
      throw new UnsupportedWorkException(CudaEngine.CUDNN_SINGLE);
    }
    engine.device().makeCurrent();
    single.give(new int[problem.batch()][1]);
    return new SessionWork(
        () -> {
          single.run(start);
          single.choose();
        },
        start + 1,
        null);
  }

  /** A work that leaves the session at a position. */
  private final class SessionWork extends ForwardingWork {
    private final CudaWork work;
    private final int after;
    private final @Nullable CudaModelPlan owned;

    SessionWork(Runnable unit, int after, @Nullable CudaModelPlan owned) {
      Map<String, String> facts = CudaModelSession.this.facts();
      if (owned != null) {
        facts.putAll(owned.facts());
      }
      this.work =
          options.launch().equals("graph")
              ? CudaWork.graphed(engine.device(), engine.stream(), unit, 1, facts)
              : CudaWork.launched(engine.device(), engine.stream(), unit, facts);
      facts.put("launch.units", Integer.toString(work.unitsPerBatch()));
      this.after = after;
      this.owned = owned;
      if (owned != null) {
        ownedPlans.add(owned);
      }
      position = after;
    }

    @Override
    public void submit() {
      work.submit();
      position = after;
    }

    @Override
    public void prime() {
      work.prime();
      position = after;
    }

    @Override
    public void drain() {
      work.drain();
      (owned == null ? single : owned).checkNans();
    }

    @Override
    protected Work work() {
      return work;
    }

    @Override
    public Optional<Decisions> decisions() {
      return (owned == null ? single : owned).decisions();
    }

    @Override
    public Map<String, String> facts() {
      Map<String, String> facts = new TreeMap<>(work.facts());
      facts.putAll((owned == null ? single : owned).measured());
      if (owned == null) {
        // All works that decode share one plan, so its counts are not this work's.
        facts.keySet().removeIf(key -> key.endsWith(DynamicParts.INT8_SHARE));
      }
      return facts;
    }

    @Override
    public void close() {
      try {
        work.close();
      } finally {
        if (owned != null) {
          ownedPlans.remove(owned);
          owned.close();
        }
      }
    }
  }

  @Override
  public Optional<Decisions> decisions() {
    engine.device().makeCurrent();
    return Stream.concat(Stream.of(single), ownedPlans.stream())
        .flatMap(plan -> plan.decisions().stream())
        .reduce(Decisions::plus);
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>(single.facts());
    facts.putAll(CudaEngine.factsOf(options, problem.strategy()));
    facts.put("memory.bytes", Long.toString(weightAndCacheBytes));
    return facts;
  }

  @Override
  public void close() {
    engine.device().makeCurrent();
    try {
      if (several != null) {
        several.close();
        several = null;
      }
    } finally {
      scope.close();
    }
  }
}
