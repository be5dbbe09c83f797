package org.joulemark.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.joulemark.kernels.engine.Decisions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Strategy;

/**
 * Everything that one decoder layer needs to read a fixed number of tokens, apart from its weights
 * and cache. Any number of layers of one model can be bound to it.
 *
 * <p>M = batch · tokens, H hidden. What is not quantized is stored in the base precision's format,
 * the residual stream too, as in Hugging Face's code.
 */
final class CudaPass {
  private final CudaStream stream;
  private final int rows;

  private final DeviceArena.Slice input; // [M, H]
  private final DeviceArena.Slice normed; // [M, H]
  private final DeviceArena.Slice output; // [M, H]

  private final CudaNanCounter nans;
  private final CudaLayerParts parts;
  private final CudaAttention attention;
  private final Map<String, String> attentionFacts;
  private boolean bound;

  /**
   * Plans a pass and its memory.
   *
   * @param scope owns what is bound
   * @param arena receives the memory's plan
   * @param kind any layer of the model
   * @param options algorithm and attention are read
   * @param start position of the first token for which attention is chosen; the pass may be run at
   *     others
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
      Strategy strategy,
      LayerOptions options,
      int batch,
      int tokens,
      int start,
      int capacity,
      boolean inPlace) {
    this.stream = engine.stream();
    this.rows = Math.multiplyExact(batch, tokens);
    ModelShape shape = kind.shape();
    ElementType type = strategy.base().activation();
    int hidden = shape.hidden();

    this.input = arena.reserve(type, rows, hidden);
    this.normed = arena.reserve(type, rows, hidden);
    DeviceArena.Slice qkv = arena.reserve(type, rows, kind.qkvRows());
    DeviceArena.Slice attended = arena.reserve(type, rows, shape.queryWidth());
    DeviceArena.Slice middle = arena.reserve(type, rows, hidden);
    this.output = inPlace ? input : arena.reserve(type, rows, hidden);

    this.attentionFacts =
        engine.attention().choose(options.attention(), shape, type, batch, tokens, start, capacity);
    this.nans = new CudaNanCounter(arena, stream, engine.staging());
    this.parts =
        CudaLinearKinds.of(strategy, engine.device())
            .parts(
                new CudaPassFrame(
                    kernels,
                    planner,
                    stream,
                    scope,
                    arena,
                    kind,
                    strategy,
                    options,
                    rows,
                    input,
                    normed,
                    qkv,
                    attended,
                    middle,
                    output,
                    nans,
                    engine.staging()));
    String attentionName = attentionFacts.getOrDefault("attention", CudaAttention.OWN);
    this.attention =
        new CudaAttention(
            engine,
            kernels,
            scope,
            arena,
            shape,
            type,
            attentionName,
            batch,
            tokens,
            capacity,
            positions,
            qkv,
            attended,
            strategy.int8Cache()
                ? new CudaCacheCodes(
                    arena,
                    shape,
                    type,
                    batch,
                    capacity,
                    CudaAttention.readsNumbers(attentionName, tokens),
                    nans.cachePlace())
                : null);
  }

  /** One layer bound to this pass. */
  final class Layer {
    private final CudaCall attentionIn;
    private final CudaAttention.Call attentionCall;
    private final CudaCall attentionOut;
    private final CudaCall feedForward;

    private Layer(CudaLayerWeights weights, CudaKvCache cache) {
      this.attentionIn = parts.attentionIn(weights);
      this.attentionCall = attention.bind(cache);
      this.attentionOut = parts.attentionOut(weights);
      this.feedForward = parts.feedForward(weights);
    }

    /**
     * Enqueues the layer: it reads the input as tokens at positions {@code start} and on and writes
     * the output. Allocates nothing.
     */
    void run(int start) {
      attentionIn.launch();
      attentionCall.run(start, stream);
      attentionOut.launch();
      feedForward.launch();
    }
  }

  /** Binds a layer; every memory is allocated and the weights are in place. */
  Layer bind(CudaLayerWeights weights, CudaKvCache cache) {
    if (!bound) {
      nans.clear();
      bound = true;
    }
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
   * Which attention runs, and how each linear part is carried out, under the part's name; after a
   * layer is bound.
   */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(attentionFacts);
    facts.putAll(parts.facts());
    return facts;
  }

  /** What was counted and measured since a layer was bound; waits for the stream. */
  Map<String, String> measured() {
    return parts.measured();
  }

  /** What was decided since a layer was bound, empty where nothing is; waits for the stream. */
  Optional<Decisions> decisions() {
    return parts.decisions();
  }

  /**
   * Waits for the stream and checks that no NaN was quantized.
   *
   * @throws org.joulemark.kernels.engine.EngineException if one was
   */
  void checkNans() {
    nans.check();
  }
}
