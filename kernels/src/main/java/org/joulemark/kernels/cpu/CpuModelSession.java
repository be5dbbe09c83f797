package org.joulemark.kernels.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.MemoryNeed;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.GreedyDecoding;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassOutput;
import org.joulemark.kernels.layer.PassRequest;
import org.joulemark.kernels.layer.TokenCheck;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.TensorSource;
import org.jspecify.annotations.Nullable;

/** A whole model on the CPU: weights packed once, one plan for each number of new tokens. */
final class CpuModelSession implements ModelSession {
  private final ModelProblem problem;
  private final ModelShape shape;
  private final OpenMpThreads threads;
  private final NativeScope scope;
  private final CpuModelWeights weights;
  private final CpuModelPlan single;
  private @Nullable CpuModelPlan several;
  private int position;

  private CpuModelSession(
      ModelProblem problem,
      DnnlContext context,
      NativeScope scope,
      WorkerTeam team,
      TensorSource source) {
    this.problem = problem;
    this.shape = problem.shape();
    this.threads = context.threads();
    this.scope = scope;
    this.weights = new CpuModelWeights(problem, context, team, scope, source);
    this.single = CpuModelPlan.of(weights, 1);
  }

  /**
   * Prepares a model.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory or
   *     oneDNN has no optimized implementation
   */
  static CpuModelSession prepare(
      ModelProblem problem, DnnlContext context, WorkerTeam team, TensorSource source) {
    CpuModelWeights.requireMemory(problem);
    NativeScope scope = new NativeScope();
    try {
      return new CpuModelSession(problem, context, scope, team, source);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
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
    threads.prepareCurrentThread();
    CpuModelPlan plan = plan(tokens[0].length);
    boolean everything = request == PassRequest.EVERYTHING;
    List<HostTensor> hidden = new ArrayList<>();

    plan.embed(tokens);
    keep(everything, plan.stream(), plan.tokens(), hidden);
    for (int i = 0; i < shape.layers(); i++) {
      plan.layer(i, position);
      if (i < shape.layers() - 1) {
        keep(everything, plan.stream(), plan.tokens(), hidden);
      }
    }
    plan.norm();
    keep(everything, plan.normed(), plan.tokens(), hidden);
    position += plan.tokens();
    if (request == PassRequest.LAST_LOGITS || plan.tokens() == 1) {
      plan.readLast();
      return new PassOutput(hidden, copy("logits", plan.lastLogits(), 1));
    }
    try (NativeScope temporary = new NativeScope()) {
      return new PassOutput(hidden, copy("logits", plan.allLogits(temporary), plan.tokens()));
    }
  }

  private void keep(boolean wanted, NativeMatrix rows, int tokens, List<HostTensor> hidden) {
    if (wanted) {
      hidden.add(copy("hidden_states." + hidden.size(), rows, tokens));
    }
  }

  private HostTensor copy(String name, NativeMatrix matrix, int tokens) {
    float[] values = new float[Math.multiplyExact(matrix.rows(), matrix.columns())];
    for (int row = 0; row < matrix.rows(); row++) {
      matrix.get(row, 0, values, row * matrix.columns(), matrix.columns());
    }
    return new HostTensor(name, List.of(problem.batch(), tokens, matrix.columns()), values);
  }

  /** The plan for that many tokens; besides the one for a single token, the last one is kept. */
  private CpuModelPlan plan(int tokens) {
    if (tokens == 1) {
      return single;
    }
    CpuModelPlan current = several;
    if (current != null && current.tokens() == tokens) {
      return current;
    }
    if (current != null) {
      current.close();
      several = null;
    }
    CpuModelPlan made = CpuModelPlan.of(weights, tokens);
    several = made;
    return made;
  }

  @Override
  public Work prefill(int[][] tokens) {
    TokenCheck.check(this, 0, tokens);
    int[][] prompts = copy(tokens);
    // A plan of its own: a later call of forward may replace the session's.
    CpuModelPlan plan = CpuModelPlan.of(weights, prompts[0].length);
    return new Unit(plan, plan.tokens()) {
      @Override
      void pass() {
        plan.embed(prompts);
        plan.run(0);
      }
    };
  }

  @Override
  public Work extend(int start, int[][] tokens) {
    TokenCheck.check(this, start, tokens);
    int[][] given = copy(tokens);
    CpuModelPlan plan = CpuModelPlan.of(weights, given[0].length);
    try {
      plan.planAllLogits();
    } catch (RuntimeException failure) {
      plan.close();
      throw failure;
    }
    return new Unit(plan, start + plan.tokens()) {
      @Override
      void pass() {
        plan.embed(given);
        plan.runAll(start);
      }
    };
  }

  @Override
  public Work decode(int start) {
    TokenCheck.checkDecode(this, start);
    int[][] next = new int[problem.batch()][1];
    float[] logits = new float[shape.vocabulary()];
    return new Unit(null, start + 1) {
      @Override
      void pass() {
        single.embed(next);
        single.run(start);
        for (int b = 0; b < next.length; b++) {
          single.lastLogits().get(b, 0, logits, 0, logits.length);
          next[b][0] = GreedyDecoding.argmax(logits);
        }
      }
    };
  }

  private static int[][] copy(int[][] tokens) {
    return Arrays.stream(tokens).map(int[]::clone).toArray(int[][]::new);
  }

  /** Work that leaves the session at a position. */
  private abstract class Unit extends HostWork {
    private final @Nullable CpuModelPlan owned;
    private final int after;

    Unit(@Nullable CpuModelPlan owned, int after) {
      this.owned = owned;
      this.after = after;
    }

    /** Carries the tokens through the model. */
    abstract void pass();

    @Override
    protected final void run() {
      threads.prepareCurrentThread();
      pass();
      position = after;
    }

    @Override
    public Optional<Decisions> decisions() {
      return CpuModelSession.this.decisions();
    }

    @Override
    public Map<String, String> facts() {
      return CpuModelSession.this.facts();
    }

    @Override
    public void close() {
      if (owned != null) {
        owned.close();
      }
    }
  }

  @Override
  public Optional<Decisions> decisions() {
    return weights.linears().decisions();
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("algorithm", single.implementations());
    facts.put("attention", CpuEngine.ATTENTION);
    facts.put("kv.cache", weights.caches().get(0).description());
    facts.putAll(weights.linears().facts());
    return facts;
  }

  @Override
  public void close() {
    if (several != null) {
      several.close();
      several = null;
    }
    single.close();
    scope.close();
  }
}
