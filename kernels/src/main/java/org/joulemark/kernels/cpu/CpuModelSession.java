package org.joulemark.kernels.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.joulemark.kernels.cpu.CpuLinear.Fused;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.ModelSession;
import org.joulemark.kernels.engine.Work;
import org.joulemark.kernels.layer.GreedyDecoding;
import org.joulemark.kernels.layer.HostTensor;
import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.layer.PassOutput;
import org.joulemark.kernels.layer.PassRequest;
import org.joulemark.kernels.layer.TokenCheck;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.ModelTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.PartScales;
import org.jspecify.annotations.Nullable;

/** A whole model on the CPU: weights packed once, one plan for each number of new tokens. */
final class CpuModelSession implements ModelSession {
  private final ModelProblem problem;
  private final ModelShape shape;
  private final DnnlContext context;
  private final WorkerTeam team;
  private final NativeScope scope;

  private final NativeMatrix embedding; // [vocabulary, H]
  private final float @Nullable [][] embeddingNorm;
  private final float[][] finalNorm;
  private final List<CpuPass.Weights> layers = new ArrayList<>();
  private final List<CpuKvCache> caches = new ArrayList<>();
  private final LayerWeights kind;
  private final CpuLinears linears;
  private final CpuLinear.Weights head;
  private final DnnlLinear headPart;

  private final Plan single;
  private @Nullable Plan several;
  private int position;

  private CpuModelSession(
      ModelProblem problem,
      DnnlContext context,
      NativeScope scope,
      WorkerTeam team,
      TensorSource source) {
    this.problem = problem;
    this.shape = problem.shape();
    this.context = context;
    this.team = team;
    this.scope = scope;
    this.linears = new CpuLinears(context, team, problem.strategy());
    ModelTensors tensors = ModelTensors.of(shape);
    this.embedding = embedding(tensors.embedding(), source);
    this.embeddingNorm =
        tensors.embeddingNorm().isEmpty() ? null : vectors(tensors.embeddingNorm().get(), source);
    this.finalNorm = vectors(tensors.finalNorm(), source);
    this.kind = new LayerWeights(shape, tensors.layers().get(0), source);
    for (int i = 0; i < shape.layers(); i++) {
      caches.add(
          new CpuKvCache(
              KvCacheShape.of(shape, problem.batch(), problem.capacity()), problem.strategy()));
    }
    CpuPass pass = pass(scope, 1, null);
    this.headPart = headPart(scope, problem.batch(), null);
    try (WeightPacker packer = new WeightPacker(context, largestBytes(problem))) {
      for (int i = 0; i < shape.layers(); i++) {
        LayerWeights layer = new LayerWeights(shape, tensors.layers().get(i), source);
        layers.add(pass.pack(scope, packer, layer, problem.scales(i)));
      }
      this.head =
          headPart.pack(
              scope,
              packer,
              new CpuLinear.WeightSource(
                  (row, into) -> source.row(tensors.head(), row, into),
                  new float[0],
                  PartScales.NONE,
                  0));
    }
    this.single = new Plan(scope, pass, 1);
  }

  /**
   * Prepares a model.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory or
   *     oneDNN has no optimized implementation
   */
  static CpuModelSession prepare(
      ModelProblem problem, DnnlContext context, WorkerTeam team, TensorSource source) {
    requireMemory(problem);
    NativeScope scope = new NativeScope();
    try {
      return new CpuModelSession(problem, context, scope, team, source);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /** Bytes of the largest matrix that is packed. */
  private static long largestBytes(ModelProblem problem) {
    return Math.max(
        tableBytes(problem), CpuPass.largestWeightBytes(problem.shape(), problem.strategy()));
  }

  private static long tableBytes(ModelProblem problem) {
    ModelShape shape = problem.shape();
    int bytes = CpuLinears.plainPrecision(problem.strategy()).weight().bytes();
    return (long) shape.vocabulary() * shape.hidden() * bytes;
  }

  private static void requireMemory(ModelProblem problem) {
    ModelShape shape = problem.shape();
    // The embedding is read by rows and the head is packed, so a tied head is held twice; packing
    // holds one more copy of the largest part.
    long layers = shape.layers() * shape.parametersPerLayer();
    long weights =
        layers * CpuLinears.weightBytes(problem.strategy())
            + 2 * tableBytes(problem)
            + largestBytes(problem);
    long rows = (long) problem.batch() * problem.capacity();
    CpuMemory.require(
        weights + CpuPass.bytes(shape, problem.strategy(), rows),
        KvCacheShape.of(shape, problem.batch(), problem.capacity()).bytes(Float.BYTES)
            * shape.layers());
  }

  private NativeMatrix embedding(TensorSpec tensor, TensorSource source) {
    NativeMatrix table =
        new NativeMatrix(
            scope, linears.plainPrecision().weight(), shape.vocabulary(), shape.hidden());
    IntStream.range(0, shape.vocabulary())
        .parallel()
        .forEach(
            token -> {
              float[] row = new float[shape.hidden()];
              source.row(tensor, token, row);
              table.put(token, 0, row, 0, row.length);
            });
    return table;
  }

  private static float[][] vectors(Affine norm, TensorSource source) {
    float[] weight = new float[norm.weight().columns()];
    float[] bias = new float[weight.length];
    source.row(norm.weight(), 0, weight);
    norm.bias().ifPresent(tensor -> source.row(tensor, 0, bias));
    return new float[][] {weight, bias};
  }

  private CpuPass pass(NativeScope owner, int tokens, CpuPass.@Nullable Arrangement arrangement) {
    return new CpuPass(
        context,
        team,
        owner,
        kind,
        linears,
        problem.batch(),
        tokens,
        arrangement,
        true,
        caches.get(0));
  }

  private DnnlLinear headPart(NativeScope owner, int rows, @Nullable DnnlLinear arranged) {
    return new DnnlLinear(
        context,
        owner,
        new DnnlLinear.Spec(
            linears.plainPrecision(),
            ElementType.FP32,
            rows,
            shape.vocabulary(),
            shape.hidden(),
            false,
            Fused.NONE),
        arranged == null ? null : arranged.weights());
  }

  /** Everything for passes over one number of new tokens. */
  private final class Plan {
    private final NativeScope owner;
    private final int tokens;
    private final CpuPass pass;
    private final List<CpuPass.Layer> bound = new ArrayList<>();
    private final CpuNorm firstNorm;
    private final CpuNorm lastNorm;
    private final NativeMatrix lastRows; // [batch, H]
    private final NativeMatrix lastLogits; // [batch, vocabulary]
    private final CpuLinear.Call lastHead;
    private final float[] row = new float[shape.hidden()];

    Plan(NativeScope owner, CpuPass pass, int tokens) {
      this.owner = owner;
      this.tokens = tokens;
      this.pass = pass;
      for (int i = 0; i < layers.size(); i++) {
        bound.add(pass.bind(layers.get(i), caches.get(i)));
      }
      boolean layerNorm = shape.allBias();
      double epsilon = shape.normEpsilon();
      this.firstNorm = new CpuNorm(team, pass.input(), pass.input(), true, epsilon);
      this.lastNorm = new CpuNorm(team, pass.input(), pass.normed(), layerNorm, epsilon);
      this.lastRows =
          tokens == 1
              ? pass.normed()
              : new NativeMatrix(owner, linears.inputType(), problem.batch(), shape.hidden());
      this.lastLogits =
          new NativeMatrix(owner, ElementType.FP32, problem.batch(), shape.vocabulary());
      this.lastHead =
          headPart(owner, problem.batch(), headPart).bind(owner, head, lastRows, lastLogits, null);
    }

    /** Writes the embedding of token i of sequence b to row b·tokens + i. */
    void embed(int b, int i, int token) {
      embedding.get(token, 0, row, 0, row.length);
      pass.input().put(b * tokens + i, 0, row, 0, row.length);
    }

    /** Norms what {@link #embed} wrote, where the model does that. */
    void finishEmbedding() {
      if (embeddingNorm != null) {
        firstNorm.run(embeddingNorm[0], embeddingNorm[1]);
      }
    }

    void embed(int[][] given) {
      for (int b = 0; b < given.length; b++) {
        for (int i = 0; i < tokens; i++) {
          embed(b, i, given[b][i]);
        }
      }
      finishEmbedding();
    }

    void norm() {
      lastNorm.run(finalNorm[0], finalNorm[1]);
    }

    /** The logits of each sequence's last token, from the normed rows. */
    void readLast() {
      if (tokens > 1) {
        for (int b = 0; b < problem.batch(); b++) {
          pass.normed().get(b * tokens + tokens - 1, 0, row, 0, row.length);
          lastRows.put(b, 0, row, 0, row.length);
        }
      }
      lastHead.run();
    }

    /** From embeddings to the last tokens' logits. */
    void run(int start) {
      runLayers(start);
      readLast();
    }

    /** From embeddings to normed rows. */
    void runLayers(int start) {
      for (int i = 0; i < bound.size(); i++) {
        bound.get(i).run(start);
      }
      norm();
    }

    /** The head over every normed row, into memory that this plan owns. */
    CpuLinear.Call allHead() {
      NativeMatrix logits =
          new NativeMatrix(owner, ElementType.FP32, pass.rows(), shape.vocabulary());
      return headPart(owner, pass.rows(), headPart).bind(owner, head, pass.normed(), logits, null);
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
    context.threads().prepareCurrentThread();
    Plan plan = plan(tokens[0].length);
    boolean everything = request == PassRequest.EVERYTHING;
    List<HostTensor> hidden = new ArrayList<>();

    plan.embed(tokens);
    keep(everything, plan.pass.input(), plan.tokens, hidden);
    for (int i = 0; i < plan.bound.size(); i++) {
      plan.bound.get(i).run(position);
      if (i < plan.bound.size() - 1) {
        keep(everything, plan.pass.input(), plan.tokens, hidden);
      }
    }
    plan.norm();
    keep(everything, plan.pass.normed(), plan.tokens, hidden);
    position += plan.tokens;
    if (request == PassRequest.LAST_LOGITS || plan.tokens == 1) {
      plan.readLast();
      return new PassOutput(hidden, copy("logits", plan.lastLogits, 1));
    }
    return new PassOutput(hidden, allLogits(plan));
  }

  private HostTensor allLogits(Plan plan) {
    try (NativeScope temporary = new NativeScope()) {
      NativeMatrix logits =
          new NativeMatrix(temporary, ElementType.FP32, plan.pass.rows(), shape.vocabulary());
      headPart(temporary, plan.pass.rows(), headPart)
          .bind(temporary, head, plan.pass.normed(), logits, null)
          .run();
      return copy("logits", logits, plan.tokens);
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
  private Plan plan(int tokens) {
    if (tokens == 1) {
      return single;
    }
    Plan current = several;
    if (current != null && current.tokens == tokens) {
      return current;
    }
    if (current != null) {
      current.owner.close();
      several = null;
    }
    Plan made = newPlan(tokens);
    several = made;
    return made;
  }

  private Plan newPlan(int tokens) {
    NativeScope owner = new NativeScope();
    try {
      return new Plan(owner, pass(owner, tokens, single.pass.arrangement()), tokens);
    } catch (RuntimeException e) {
      owner.close();
      throw e;
    }
  }

  @Override
  public Work prefill(int[][] tokens) {
    int before = position;
    position = 0;
    try {
      TokenCheck.check(this, tokens);
    } finally {
      position = before;
    }
    int[][] prompts = Arrays.stream(tokens).map(int[]::clone).toArray(int[][]::new);
    // A plan of its own: a later call of forward may replace the session's.
    Plan plan = newPlan(prompts[0].length);
    return new Unit(plan.owner) {
      @Override
      void run() {
        plan.embed(prompts);
        plan.run(0);
        position = plan.tokens;
      }
    };
  }

  @Override
  public Work extend(int start, int[][] tokens) {
    TokenCheck.check(this, start, tokens);
    int[][] given = Arrays.stream(tokens).map(int[]::clone).toArray(int[][]::new);
    Plan plan = newPlan(given[0].length);
    try {
      CpuLinear.Call head = plan.allHead();
      return new Unit(plan.owner) {
        @Override
        void run() {
          plan.embed(given);
          plan.runLayers(start);
          head.run();
          position = start + plan.tokens;
        }
      };
    } catch (RuntimeException e) {
      plan.owner.close();
      throw e;
    }
  }

  @Override
  public Work decode(int start) {
    if (start < 1 || start > position || start >= problem.capacity()) {
      throw new IllegalArgumentException(
          "context="
              + start
              + " is not possible: "
              + position
              + " tokens have been read and there"
              + " is room for "
              + problem.capacity()
              + ".");
    }
    int[] next = new int[problem.batch()];
    float[] logits = new float[shape.vocabulary()];
    return new Unit(null) {
      @Override
      void run() {
        for (int b = 0; b < next.length; b++) {
          single.embed(b, 0, next[b]);
        }
        single.finishEmbedding();
        single.run(start);
        for (int b = 0; b < next.length; b++) {
          single.lastLogits.get(b, 0, logits, 0, logits.length);
          next[b] = GreedyDecoding.argmax(logits);
        }
        position = start + 1;
      }
    };
  }

  /** Work that is done when submit returns. */
  private abstract class Unit implements Work {
    private final @Nullable NativeScope owner;
    // Written by the one thread that submits, read by any.
    private final AtomicLong completed = new AtomicLong();

    Unit(@Nullable NativeScope owner) {
      this.owner = owner;
    }

    abstract void run();

    @Override
    public void submit() {
      context.threads().prepareCurrentThread();
      run();
      completed.setRelease(completed.getPlain() + 1);
    }

    @Override
    public void drain() {
      // Work is done when submit returns.
    }

    @Override
    public long completed() {
      return completed.get();
    }

    @Override
    public Optional<Decisions> decisions() {
      return linears.decisions();
    }

    @Override
    public Map<String, String> facts() {
      return CpuModelSession.this.facts();
    }

    @Override
    public void close() {
      if (owner != null) {
        owner.close();
      }
    }
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("algorithm", single.pass.implementations());
    facts.put("attention", CpuEngine.ATTENTION);
    facts.put("kv.cache", caches.get(0).description());
    facts.putAll(linears.facts());
    return facts;
  }

  @Override
  public void close() {
    if (several != null) {
      several.owner.close();
      several = null;
    }
    scope.close();
  }
}
