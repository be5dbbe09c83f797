package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;

/**
 * Everything that one decoder layer needs to read a fixed number of tokens, apart from its weights
 * and cache. Any number of layers of one model can be bound to it.
 *
 * <p>M = batch · tokens, H hidden, Q queryWidth, I intermediate. Everything is stored in the
 * precision's format, the residual stream too, as in Hugging Face's code.
 */
final class CudaPass {
  private static final int THREADS = 256;
  private static final int VECTOR_BYTES = 16;

  private final CudaKernels kernels;
  private final CudaScope scope;
  private final CudaStream stream;
  private final ModelShape shape;
  private final ElementType type;
  private final int rows;

  private final DeviceArena.Slice input; // [M, H]
  private final DeviceArena.Slice normed; // [M, H]
  private final DeviceArena.Slice qkv; // [M, Q + 2·kvWidth]
  private final DeviceArena.Slice attended; // [M, Q]
  private final DeviceArena.Slice middle; // [M, H]
  private final DeviceArena.Slice gateUp; // [M, 2·I]; where nothing is gated, the inner itself
  private final DeviceArena.Slice inner; // [M, I]
  private final DeviceArena.Slice output; // [M, H]

  private final CudaLinear qkvPart;
  private final CudaLinear outputPart;
  private final CudaLinear inPart;
  private final CudaLinear downPart;
  private final CudaAttention attention;
  private final Map<String, String> attentionFacts;

  /**
   * Plans a pass and its memory.
   *
   * @param scope owns what is bound
   * @param arena receives the memory's plan
   * @param kind any layer of the model
   * @param options algorithm and attention are read
   * @param capacity of the caches
   * @param inPlace whether the output is written over the input
   */
  CudaPass(
      CudaEngine engine,
      CudaKernels kernels,
      LtPlanner planner,
      CudaScope scope,
      DeviceArena arena,
      CudaPositions positions,
      LayerWeights kind,
      Precision precision,
      LayerOptions options,
      int batch,
      int tokens,
      int capacity,
      boolean inPlace) {
    this.kernels = kernels;
    this.scope = scope;
    this.stream = engine.stream();
    this.shape = kind.shape();
    this.type = precision.activation();
    this.rows = Math.multiplyExact(batch, tokens);
    int hidden = shape.hidden();
    int inside = shape.intermediate();
    int in = kind.feedForwardInRows();
    String algorithm = options.algorithm();

    this.input = arena.reserve(type, rows, hidden);
    this.normed = arena.reserve(type, rows, hidden);
    this.qkv = arena.reserve(type, rows, kind.qkvRows());
    this.attended = arena.reserve(type, rows, shape.queryWidth());
    this.middle = arena.reserve(type, rows, hidden);
    this.gateUp = arena.reserve(type, rows, in);
    this.inner = shape.gated() ? arena.reserve(type, rows, inside) : gateUp;
    this.output = inPlace ? input : arena.reserve(type, rows, hidden);

    this.qkvPart =
        new CudaLinear(planner, "qkv", precision, rows, kind.qkvRows(), hidden, algorithm);
    this.outputPart =
        new CudaLinear(planner, "o", precision, rows, hidden, shape.queryWidth(), algorithm);
    this.inPart =
        new CudaLinear(
            planner, shape.gated() ? "gate_up" : "up", precision, rows, in, hidden, algorithm);
    this.downPart = new CudaLinear(planner, "down", precision, rows, hidden, inside, algorithm);
    this.attentionFacts =
        engine.attention().choose(options.attention(), shape, type, batch, tokens, capacity);
    this.attention =
        new CudaAttention(
            engine,
            kernels,
            scope,
            arena,
            shape,
            type,
            attentionFacts.getOrDefault("attention", CudaAttention.OWN),
            batch,
            tokens,
            capacity,
            positions,
            qkv,
            attended);
  }

  /** One layer bound to this pass. */
  final class Layer {
    private final KernelLaunch inputNorm;
    private final CublasLtGemm qkvCall;
    private final CudaAttention.Call attentionCall;
    private final CublasLtGemm outputCall;
    private final KernelLaunch postNorm;
    private final CublasLtGemm inCall;
    private final KernelLaunch activation;
    private final CublasLtGemm downCall;

    private Layer(CudaLayerWeights weights, CudaKvCache cache) {
      this.inputNorm = norm(weights.inputNorm(), input);
      this.qkvCall = qkvPart.bind(scope, weights.qkv(), normed, qkv, null);
      this.attentionCall = attention.bind(cache);
      this.outputCall = outputPart.bind(scope, weights.output(), attended, middle, input);
      this.postNorm = norm(weights.postNorm(), middle);
      this.inCall = inPart.bind(scope, weights.feedForwardIn(), normed, gateUp, null);
      this.activation = activation();
      this.downCall = downPart.bind(scope, weights.down(), inner, output, middle);
    }

    /**
     * Enqueues the layer: it reads the input as tokens at positions {@code start} and on and writes
     * the output. Allocates nothing.
     */
    void run(int start) {
      inputNorm.launch(stream);
      qkvCall.launch(0);
      attentionCall.run(start, stream);
      outputCall.launch(0);
      postNorm.launch(stream);
      inCall.launch(0);
      activation.launch(stream);
      downCall.launch(0);
    }
  }

  private KernelLaunch norm(CudaLayerWeights.Part norm, DeviceArena.Slice x) {
    int hidden = shape.hidden();
    return CudaNorm.prepare(
        scope,
        kernels,
        norm,
        x.address(),
        hidden,
        normed.address(),
        rows,
        hidden,
        shape.normEpsilon());
  }

  private KernelLaunch activation() {
    int inside = shape.intermediate();
    int perBlock = THREADS * VECTOR_BYTES / type.bytes();
    int blocksPerRow = (inside + perBlock - 1) / perBlock;
    int blocks = Math.multiplyExact(rows, blocksPerRow);
    return scope.own(
        shape.gated()
            ? kernels.kernel(
                "swiglu.cu",
                "swiglu",
                blocks,
                THREADS,
                gateUp.address(),
                inner.address(),
                inside,
                blocksPerRow)
            : kernels.kernel(
                "gelu.cu", "gelu", blocks, THREADS, inner.address(), inside, blocksPerRow),
        KernelLaunch::close);
  }

  /** Binds a layer; every memory is allocated and the weights are in place. */
  Layer bind(CudaLayerWeights weights, CudaKvCache cache) {
    return new Layer(weights, cache);
  }

  /** [M, H], the residual stream before a layer. */
  DeviceArena.Slice input() {
    return input;
  }

  /** [M, H], the residual stream after a layer. */
  DeviceArena.Slice output() {
    return output;
  }

  /** [M, H], free between layers. */
  DeviceArena.Slice normed() {
    return normed;
  }

  /** M. */
  int rows() {
    return rows;
  }

  /**
   * Which attention runs, and what cuBLASLt chose for each linear part, under the part's name;
   * after a layer is bound.
   */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(attentionFacts);
    add(facts, "qkv", qkvPart);
    add(facts, "o", outputPart);
    add(facts, shape.gated() ? "gate_up" : "up", inPart);
    add(facts, "down", downPart);
    return facts;
  }

  private static void add(Map<String, String> facts, String name, CudaLinear part) {
    part.facts().forEach((key, value) -> facts.put(name + "." + key, value));
  }
}
