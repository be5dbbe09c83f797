package org.joulemark.kernels.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a model needs to read a fixed number of tokens of each sequence, apart from its
 * weights and caches: memory between the parts, and every launch with its arguments.
 *
 * <p>M = batch · tokens, H hidden.
 */
final class CudaModelPlan implements AutoCloseable {
  private static final int THREADS = 256;
  private static final int ARGMAX_THREADS = 1024;

  private final CudaEngine engine;
  private final CudaKernels kernels;
  private final LtPlanner planner;
  private final ModelProblem problem;
  private final LayerOptions options;
  private final CudaModelWeights weights;
  private final ModelShape shape;
  private final ElementType type;
  private final int tokens;
  private final CudaScope scope = new CudaScope();

  private final CudaPass pass;
  private final DeviceArena.Slice ids; // [M] int
  private final DeviceArena.Slice lastRows; // [batch, H]
  private final DeviceArena.Slice lastLogits; // [batch, vocabulary]
  private final List<CudaPass.Layer> layers = new ArrayList<>();
  private final KernelLaunch embed;
  private final @Nullable KernelLaunch embeddingNorm;
  private final KernelLaunch allNorm;
  private final KernelLaunch lastNorm;
  private final LtProduct headPart;
  private final CudaCall lastHead;
  private final KernelLaunch argmax;
  private @Nullable CudaCall allHead;

  /**
   * Plans, allocates and binds; the weights are in place.
   *
   * @param tokens of each sequence
   * @param start position of the first of them, for which attention is chosen; the plan may be run
   *     at others
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory
   */
  CudaModelPlan(
      CudaEngine engine,
      CudaKernels kernels,
      LtPlanner planner,
      ModelProblem problem,
      LayerOptions options,
      CudaModelWeights weights,
      int tokens,
      int start) {
    this.engine = engine;
    this.kernels = kernels;
    this.planner = planner;
    this.problem = problem;
    this.options = options;
    this.weights = weights;
    this.shape = problem.shape();
    this.type = problem.precision().activation();
    this.tokens = tokens;
    try {
      DeviceArena arena = scope.own(new DeviceArena(), DeviceArena::close);
      this.pass =
          pass(engine, kernels, planner, scope, arena, problem, options, weights, tokens, start);
      Slices slices = Slices.plan(arena, problem, tokens);
      this.ids = slices.ids;
      this.lastRows = slices.lastRows;
      this.lastLogits = slices.lastLogits;
      engine.allocate(arena, 0);
      try (RowUpload upload = engine.upload()) {
        ids.fill(upload, new int[pass.rows()]);
      }
      for (int i = 0; i < shape.layers(); i++) {
        layers.add(pass.bind(weights.layers().get(i), weights.caches().get(i)));
      }
      this.embed =
          own(
              kernels.kernel(
                  "embedding.cu",
                  "embedding",
                  pass.rows(),
                  THREADS,
                  ids.address(),
                  weights.embedding().address(),
                  pass.input().address(),
                  shape.hidden()));
      CudaNormWeights first = weights.embeddingNorm();
      this.embeddingNorm =
          first == null
              ? null
              : norm(first, pass.input().address(), shape.hidden(), pass.input(), pass.rows());
      this.allNorm =
          norm(
              weights.finalNorm(),
              pass.input().address(),
              shape.hidden(),
              pass.normed(),
              pass.rows());
      long width = shape.hidden();
      this.lastNorm =
          norm(
              weights.finalNorm(),
              pass.input().address() + (tokens - 1) * width * type.bytes(),
              tokens * width,
              lastRows,
              problem.batch());
      this.headPart = head(scope, problem.batch());
      this.lastHead = headPart.bind(LtTerms.none(type), weights.head(), lastRows, lastLogits, null);
      this.argmax =
          own(
              kernels.kernel(
                  "argmax.cu",
                  "argmax",
                  problem.batch(),
                  ARGMAX_THREADS,
                  lastLogits.address(),
                  shape.vocabulary(),
                  ids.address()));
    } catch (RuntimeException | Error failure) {
      scope.closeAfter(failure);
      throw failure;
    }
  }

  /** What a plan needs beside the pass. */
  private record Slices(
      DeviceArena.Slice ids, DeviceArena.Slice lastRows, DeviceArena.Slice lastLogits) {
    static Slices plan(DeviceArena arena, ModelProblem problem, int tokens) {
      ElementType type = problem.precision().activation();
      return new Slices(
          arena.reserve((long) problem.batch() * tokens * Integer.BYTES),
          arena.reserve(type, problem.batch(), problem.shape().hidden()),
          arena.reserve(type, problem.batch(), problem.shape().vocabulary()));
    }
  }

  private static CudaPass pass(
      CudaEngine engine,
      CudaKernels kernels,
      LtPlanner planner,
      CudaScope scope,
      DeviceArena arena,
      ModelProblem problem,
      LayerOptions options,
      CudaModelWeights weights,
      int tokens,
      int start) {
    return new CudaPass(
        engine,
        kernels,
        planner,
        scope,
        arena,
        weights.positions(),
        weights.kind(),
        problem.strategy(),
        options,
        problem.batch(),
        tokens,
        start,
        problem.capacity(),
        true);
  }

  /** Bytes that a plan for that many tokens will take; allocates nothing. */
  static long bytes(
      CudaEngine engine,
      CudaKernels kernels,
      LtPlanner planner,
      ModelProblem problem,
      LayerOptions options,
      CudaModelWeights weights,
      int tokens) {
    DeviceArena arena = new DeviceArena();
    try (CudaScope nothing = new CudaScope()) {
      pass(engine, kernels, planner, nothing, arena, problem, options, weights, tokens, 0);
    }
    Slices.plan(arena, problem, tokens);
    return arena.bytes();
  }

  private KernelLaunch own(KernelLaunch launch) {
    return scope.own(launch, KernelLaunch::close);
  }

  private KernelLaunch norm(
      CudaNormWeights norm, long x, long pitch, DeviceArena.Slice y, int rows) {
    return CudaNorm.prepare(
        scope, kernels, norm, x, pitch, y.address(), rows, shape.hidden(), shape.normEpsilon());
  }

  private LtProduct head(CudaScope owner, int rows) {
    return new LtProduct(
        planner,
        owner,
        "head",
        problem.precision(),
        rows,
        shape.vocabulary(),
        shape.hidden(),
        options.algorithm());
  }

  /** Tokens of each sequence. */
  int tokens() {
    return tokens;
  }

  /** [batch, vocabulary], what {@link #readLast} writes. */
  DeviceArena.Slice lastLogits() {
    return lastLogits;
  }

  /** [M, H], the residual stream. */
  DeviceArena.Slice stream() {
    return pass.input();
  }

  /** [M, H], what {@link #normAll} writes. */
  DeviceArena.Slice normed() {
    return pass.normed();
  }

  /** Writes the tokens that {@link #embed} looks up; waits until done. */
  void give(int[][] given) {
    int[] flat = new int[pass.rows()];
    for (int b = 0; b < given.length; b++) {
      System.arraycopy(given[b], 0, flat, b * tokens, tokens);
    }
    try (RowUpload upload = engine.upload()) {
      ids.fill(upload, flat);
    }
  }

  /** Enqueues the embedding and its norm. */
  void embed() {
    embed.launch(engine.stream());
    if (embeddingNorm != null) {
      embeddingNorm.launch(engine.stream());
    }
  }

  /** Enqueues one layer for tokens at positions {@code start} and on. */
  void layer(int index, int start) {
    layers.get(index).run(start);
  }

  /** Enqueues the final norm of every row. */
  void normAll() {
    allNorm.launch(engine.stream());
  }

  /** Enqueues final norm and head of each sequence's last token. */
  void readLast() {
    lastNorm.launch(engine.stream());
    lastHead.launch();
  }

  /** Enqueues everything from the tokens to the last tokens' logits; allocates nothing. */
  void run(int start) {
    embed();
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).run(start);
    }
    readLast();
  }

  /**
   * Plans the logits of every token, for {@link #runAll}.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if they do not fit into memory
   */
  void planAllLogits() {
    DeviceArena arena = scope.own(new DeviceArena(), DeviceArena::close);
    DeviceArena.Slice logits = arena.reserve(type, pass.rows(), shape.vocabulary());
    engine.allocate(arena, 0);
    allHead =
        head(scope, pass.rows())
            .bind(LtTerms.none(type), weights.head(), pass.normed(), logits, null);
  }

  /**
   * Enqueues everything from the tokens to every token's logits; allocates nothing.
   *
   * @throws IllegalStateException without {@link #planAllLogits}
   */
  void runAll(int start) {
    CudaCall head = allHead;
    if (head == null) {
      throw new IllegalStateException("the logits of every token have not been planned");
    }
    embed();
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).run(start);
    }
    normAll();
    head.launch();
  }

  /** Enqueues the choice of each sequence's next token, which becomes the token to look up. */
  void choose() {
    argmax.launch(engine.stream());
  }

  /** The logits [M, vocabulary] of every normed row, in memory that the caller closes. */
  DeviceArena.Slice allLogits(CudaScope owner) {
    DeviceArena arena = owner.own(new DeviceArena(), DeviceArena::close);
    DeviceArena.Slice logits = arena.reserve(type, pass.rows(), shape.vocabulary());
    engine.allocate(arena, 0);
    head(owner, pass.rows())
        .bind(LtTerms.none(type), weights.head(), pass.normed(), logits, null)
        .launch();
    return logits;
  }

  /**
   * Waits for the stream and checks that no NaN was quantized.
   *
   * @throws org.joulemark.kernels.engine.EngineException if one was
   */
  void checkNans() {
    pass.checkNans();
  }

  /** What was counted and measured since the layers were bound; waits for the stream. */
  Map<String, String> measured() {
    return pass.measured();
  }

  /** What was decided since the layers were bound, empty where nothing is; waits for the stream. */
  Optional<Decisions> decisions() {
    return pass.decisions();
  }

  /** How each part is carried out, under its name. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(pass.facts());
    headPart.facts().forEach((key, value) -> facts.put("head." + key, value));
    return facts;
  }

  @Override
  public void close() {
    scope.close();
  }
}
