package org.joulemark.kernels.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.joulemark.kernels.cpu.CpuLinear.Fused;
import org.joulemark.kernels.layer.KvCacheShape;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.layer.ModelProblem;
import org.joulemark.kernels.model.Affine;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.model.ModelTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.model.TensorSpec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.PartScales;
import org.jspecify.annotations.Nullable;

/**
 * A whole model's weights, packed once as a pass over a single token wants them, which passes over
 * more tokens then share, and its KV cache.
 */
final class CpuModelWeights {
  private final ModelProblem problem;
  private final ModelShape shape;
  private final DnnlContext context;
  private final WorkerTeam team;
  private final CpuLinears linears;
  private final LayerWeights kind;

  private final NativeMatrix embedding; // [vocabulary, H]
  private final @Nullable Norm embeddingNorm;
  private final Norm finalNorm;
  private final List<CpuPass.Weights> layers = new ArrayList<>();
  private final List<CpuKvCache> caches = new ArrayList<>();
  private final CpuLinear.Weights head;

  private final CpuPass singlePass;
  private final DnnlLinear headPart;

  /** Weight and bias of a norm, [H] each; the bias is 0 where the model has none. */
  static final class Norm {
    private final float[] weight;
    private final float[] bias;

    private Norm(Affine norm, TensorSource source) {
      weight = new float[norm.weight().columns()];
      bias = new float[weight.length];
      source.row(norm.weight(), 0, weight);
      norm.bias().ifPresent(tensor -> source.row(tensor, 0, bias));
    }

    /** Carries it out. */
    void run(CpuNorm norm) {
      norm.run(weight, bias);
    }
  }

  /**
   * Reads and packs; {@link #requireMemory} comes before.
   *
   * @param scope owns everything
   */
  CpuModelWeights(
      ModelProblem problem,
      DnnlContext context,
      WorkerTeam team,
      NativeScope scope,
      TensorSource source) {
    this.problem = problem;
    this.shape = problem.shape();
    this.context = context;
    this.team = team;
    this.linears = new CpuLinears(context, team, problem.strategy());
    ModelTensors tensors = ModelTensors.of(shape);
    this.embedding = embedding(scope, tensors.embedding(), source);
    this.embeddingNorm = tensors.embeddingNorm().map(norm -> new Norm(norm, source)).orElse(null);
    this.finalNorm = new Norm(tensors.finalNorm(), source);
    this.kind = new LayerWeights(shape, tensors.layers().get(0), source);
    for (int i = 0; i < shape.layers(); i++) {
      caches.add(
          new CpuKvCache(
              KvCacheShape.of(shape, problem.batch(), problem.capacity()), problem.strategy()));
    }
    this.singlePass = pass(scope, 1, null);
    this.headPart = headPart(scope, problem.batch(), null);
    try (WeightPacker packer = new WeightPacker(context, largestBytes(problem))) {
      for (int i = 0; i < shape.layers(); i++) {
        LayerWeights layer = new LayerWeights(shape, tensors.layers().get(i), source);
        layers.add(singlePass.pack(scope, packer, layer, problem.scales(i)));
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
  }

  /**
   * Checks that weights, caches and the memory of a pass over a full cache can be allocated.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if they do not fit, or so many
   *     rows are more than the linear parts take
   */
  static void requireMemory(ModelProblem problem) {
    ModelShape shape = problem.shape();
    // The embedding is read by rows and the head is packed, so a tied head is held twice; packing
    // holds one more copy of the largest part.
    long layers = shape.layers() * shape.parametersPerLayer();
    long weights =
        layers * CpuLinears.weightBytes(problem.strategy())
            + 2 * tableBytes(problem)
            + largestBytes(problem);
    long rows = (long) problem.batch() * problem.capacity();
    CpuPass.requireRows(shape, problem.strategy(), rows);
    CpuMemory.require(
        weights + CpuPass.bytes(shape, problem.strategy(), rows),
        KvCacheShape.of(shape, problem.batch(), problem.capacity()).bytes(Float.BYTES)
            * shape.layers());
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

  private NativeMatrix embedding(NativeScope scope, TensorSpec tensor, TensorSource source) {
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

  /** What is carried out. */
  ModelProblem problem() {
    return problem;
  }

  /** The threads that norms and attention run on. */
  WorkerTeam team() {
    return team;
  }

  /** How the linear parts are multiplied. */
  CpuLinears linears() {
    return linears;
  }

  /** [vocabulary, H]. */
  NativeMatrix embedding() {
    return embedding;
  }

  /** The norm over the embedding, null where the model has none. */
  @Nullable Norm embeddingNorm() {
    return embeddingNorm;
  }

  /** The norm after the last layer. */
  Norm finalNorm() {
    return finalNorm;
  }

  /** One for each layer. */
  List<CpuKvCache> caches() {
    return caches;
  }

  /** The pass over one token of each sequence that the weights were packed for. */
  CpuPass singlePass() {
    return singlePass;
  }

  /**
   * A pass over several tokens of each sequence.
   *
   * @param owner owns it
   */
  CpuPass pass(NativeScope owner, int tokens) {
    return pass(owner, tokens, singlePass.arrangement());
  }

  /** Binds every layer to a pass, in order. */
  List<CpuPass.Layer> bind(CpuPass pass) {
    List<CpuPass.Layer> bound = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      bound.add(pass.bind(layers.get(i), caches.get(i)));
    }
    return bound;
  }

  /**
   * Binds the head.
   *
   * @param owner owns it
   * @param rows [n, H], normed
   * @param logits [n, vocabulary] FP32
   */
  CpuLinear.Call bindHead(NativeScope owner, NativeMatrix rows, NativeMatrix logits) {
    return headPart(owner, rows.rows(), headPart).bind(owner, head, rows, logits, null);
  }
}
