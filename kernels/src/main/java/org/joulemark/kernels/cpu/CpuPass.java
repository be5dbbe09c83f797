package org.joulemark.kernels.cpu;

import java.util.Arrays;
import java.util.List;
import org.joulemark.kernels.cpu.CpuLinear.Fused;
import org.joulemark.kernels.cpu.CpuLinear.Rows;
import org.joulemark.kernels.cpu.CpuLinear.WeightSource;
import org.joulemark.kernels.layer.LayerWeights;
import org.joulemark.kernels.model.ModelShape;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one decoder layer needs to read a fixed number of tokens, apart from its weights
 * and cache: oneDNN primitives and the memory between them. Any number of layers of one model can
 * be bound to it.
 *
 * <p>M = batch · tokens, H hidden, Q queryWidth, I intermediate. The residual stream and what is
 * not multiplied by weights is FP32; what is, is in the precision's format.
 */
final class CpuPass {
  private final ModelShape shape;
  private final NativeScope scope;
  private final int rows;

  private final NativeMatrix input; // [M, H] FP32
  private final NativeMatrix normed; // [M, H]
  private final NativeMatrix qkv; // [M, Q + 2·kvWidth] FP32
  private final NativeMatrix attended; // [M, Q]
  private final NativeMatrix middle; // [M, H] FP32
  private final @Nullable NativeMatrix gate; // [M, I] FP32
  private final NativeMatrix inner; // [M, I]
  private final NativeMatrix output; // [M, H] FP32

  private final CpuLinear qkvPart;
  private final CpuLinear outputPart;
  private final @Nullable CpuLinear gatePart;
  private final CpuLinear upPart;
  private final CpuLinear downPart;

  private final CpuNorm inputNorm;
  private final CpuNorm postNorm;
  private final CpuAttention attention;

  /**
   * How the weights of a layer are arranged: a primitive for each linear part, whose choice of
   * arrangement counts.
   */
  record Arrangement(
      CpuLinear qkv, CpuLinear output, @Nullable CpuLinear gate, CpuLinear up, CpuLinear down) {}

  /**
   * One layer's weights, encoded and packed; {@code vectors} are weight and bias of the norm before
   * attention, then of the one before the feed-forward part.
   */
  record Weights(
      List<float[]> vectors,
      CpuLinear.Weights qkv,
      CpuLinear.Weights output,
      CpuLinear.@Nullable Weights gate,
      CpuLinear.Weights up,
      CpuLinear.Weights down) {}

  /**
   * Plans a pass.
   *
   * @param scope owns everything
   * @param linears chooses how the linear parts multiply
   * @param arrangement how the weights are packed already, null to let oneDNN choose
   * @param inPlace whether the output is written over the input
   * @param cache a cache of the size that every layer's has
   */
  CpuPass(
      DnnlContext context,
      WorkerTeam team,
      NativeScope scope,
      LayerWeights kind,
      CpuLinears linears,
      int batch,
      int tokens,
      @Nullable Arrangement arrangement,
      boolean inPlace,
      CpuKvCache cache) {
    this.shape = kind.shape();
    this.scope = scope;
    this.rows = Math.multiplyExact(batch, tokens);
    ElementType fp32 = ElementType.FP32;
    ElementType type = linears.inputType();
    int hidden = shape.hidden();
    int inside = shape.intermediate();

    this.input = new NativeMatrix(scope, fp32, rows, hidden);
    this.normed = new NativeMatrix(scope, type, rows, hidden);
    this.qkv = new NativeMatrix(scope, fp32, rows, kind.qkvRows());
    this.attended = new NativeMatrix(scope, type, rows, shape.queryWidth());
    this.middle = new NativeMatrix(scope, fp32, rows, hidden);
    this.gate = shape.gated() ? new NativeMatrix(scope, fp32, rows, inside) : null;
    this.inner = new NativeMatrix(scope, type, rows, inside);
    this.output = inPlace ? input : new NativeMatrix(scope, fp32, rows, hidden);

    boolean innerBias = kind.hasFeedForwardBias();
    Planner planner = new Planner(scope, linears, rows);
    this.qkvPart =
        planner.plan(
            LinearPart.QKV,
            qkv,
            hidden,
            kind.hasQkvBias(),
            Fused.NONE,
            arrangement == null ? null : arrangement.qkv);
    this.outputPart =
        planner.plan(
            LinearPart.OUTPUT,
            middle,
            shape.queryWidth(),
            kind.hasOutputBias(),
            Fused.PLUS,
            arrangement == null ? null : arrangement.output);
    this.gatePart =
        gate == null
            ? null
            : planner.plan(
                LinearPart.FEED_FORWARD_IN,
                gate,
                hidden,
                innerBias,
                Fused.SILU,
                arrangement == null ? null : arrangement.gate);
    this.upPart =
        planner.plan(
            LinearPart.FEED_FORWARD_IN,
            inner,
            hidden,
            innerBias,
            shape.gated() ? Fused.TIMES : Fused.GELU,
            arrangement == null ? null : arrangement.up);
    this.downPart =
        planner.plan(
            LinearPart.DOWN,
            output,
            inside,
            innerBias,
            Fused.PLUS,
            arrangement == null ? null : arrangement.down);

    boolean layerNorm = kind.hasNormBias();
    this.inputNorm = new CpuNorm(team, input, normed, layerNorm, shape.normEpsilon());
    this.postNorm = new CpuNorm(team, middle, normed, layerNorm, shape.normEpsilon());
    this.attention = new CpuAttention(shape, team, batch, tokens, qkv, attended, cache);
  }

  private record Planner(NativeScope scope, CpuLinears linears, int rows) {
    CpuLinear plan(
        LinearPart part,
        NativeMatrix to,
        int in,
        boolean bias,
        Fused fused,
        @Nullable CpuLinear arranged) {
      DnnlLinear.Spec spec =
          new DnnlLinear.Spec(
              linears.plainPrecision(), to.type(), rows, to.columns(), in, bias, fused);
      return linears.plan(scope, part, spec, arranged);
    }
  }

  /** Bytes of native memory that a pass over {@code rows} tokens takes, weights apart. */
  static long bytes(ModelShape shape, Strategy strategy, long rows) {
    boolean plain = strategy.linear() instanceof LinearScheme.Plain;
    int type = plain ? strategy.base().activation().bytes() : Float.BYTES;
    long qkv = shape.queryWidth() + 2L * shape.kvWidth();
    long fp32 = 3L * shape.hidden() + qkv + (shape.gated() ? shape.intermediate() : 0);
    long encoded = (long) shape.hidden() + shape.queryWidth() + shape.intermediate();
    // INT8 parts have their codes and INT32 sums besides.
    long codes = plain ? 0 : 2 * encoded + Integer.BYTES * fp32;
    return rows * (4 * fp32 + type * encoded + codes);
  }

  /**
   * Checks that the linear parts take so many rows.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if they do not
   */
  static void requireRows(ModelShape shape, Strategy strategy, long rows) {
    int hidden = shape.hidden();
    int qkv = shape.queryWidth() + 2 * shape.kvWidth();
    CpuLinears.requireRows(strategy, rows, hidden, Math.max(qkv, shape.intermediate()));
    CpuLinears.requireRows(
        strategy, rows, Math.max(shape.queryWidth(), shape.intermediate()), hidden);
  }

  /** Bytes of the largest weight of a layer, as it is packed. */
  static long largestWeightBytes(ModelShape shape, Strategy strategy) {
    long largest =
        Math.max(
            Math.max(shape.intermediate(), shape.queryWidth() + 2L * shape.kvWidth()),
            shape.queryWidth());
    int bytes = CpuLinears.plainPrecision(strategy).weight().bytes();
    return largest * shape.hidden() * bytes;
  }

  /** How this pass reads weights. */
  Arrangement arrangement() {
    return new Arrangement(qkvPart, outputPart, gatePart, upPart, downPart);
  }

  /** Encodes and packs a layer's weights for this pass and for others of its arrangement. */
  Weights pack(NativeScope owner, WeightPacker packer, LayerWeights weights, LayerScales scales) {
    int inside = shape.intermediate();
    float[] innerBias = weights.feedForwardInBias();
    int up = shape.gated() ? inside : 0;
    WeightRows qkvWeight = weights.weight(LinearPart.QKV);
    WeightRows inWeight = weights.weight(LinearPart.FEED_FORWARD_IN);
    PartScales ofQkv = scales.of(LinearPart.QKV);
    PartScales ofIn = scales.of(LinearPart.FEED_FORWARD_IN);
    return new Weights(
        List.of(
            divided(weights.inputNormWeight(), ofQkv.smoothing()),
            divided(weights.inputNormBias(), ofQkv.smoothing()),
            divided(weights.postNormWeight(), ofIn.smoothing()),
            divided(weights.postNormBias(), ofIn.smoothing())),
        qkvPart.pack(
            owner, packer, new WeightSource(Rows.from(qkvWeight, 0), weights.qkvBias(), ofQkv, 0)),
        outputPart.pack(
            owner,
            packer,
            new WeightSource(
                Rows.from(weights.weight(LinearPart.OUTPUT), 0),
                weights.outputBias(),
                scales.of(LinearPart.OUTPUT),
                0)),
        gatePart == null
            ? null
            : gatePart.pack(
                owner, packer, new WeightSource(Rows.from(inWeight, 0), innerBias, ofIn, 0)),
        upPart.pack(
            owner,
            packer,
            new WeightSource(
                Rows.from(inWeight, up), Arrays.copyOfRange(innerBias, up, up + inside), ofIn, up)),
        downPart.pack(
            owner,
            packer,
            new WeightSource(
                Rows.from(weights.weight(LinearPart.DOWN), 0),
                weights.downBias(),
                scales.of(LinearPart.DOWN),
                0)));
  }

  /** A norm's numbers with what the part after it multiplies into its weights taken out. */
  private static float[] divided(float[] values, float[] factors) {
    for (int i = 0; i < factors.length; i++) {
      values[i] /= factors[i];
    }
    return values;
  }

  /** One layer bound to this pass. */
  final class Layer {
    private final List<float[]> vectors;
    private final CpuKvCache cache;
    private final CpuLinear.Call qkvCall;
    private final CpuLinear.Call outputCall;
    private final CpuLinear.@Nullable Call gateCall;
    private final CpuLinear.Call upCall;
    private final CpuLinear.Call downCall;

    private Layer(Weights weights, CpuKvCache cache) {
      this.vectors = weights.vectors();
      this.cache = cache;
      this.qkvCall = qkvPart.bind(scope, weights.qkv(), normed, qkv, null);
      this.outputCall = outputPart.bind(scope, weights.output(), attended, middle, input);
      this.gateCall =
          gatePart == null || weights.gate() == null || gate == null
              ? null
              : gatePart.bind(scope, weights.gate(), normed, gate, null);
      this.upCall = upPart.bind(scope, weights.up(), normed, inner, gate);
      this.downCall = downPart.bind(scope, weights.down(), inner, output, middle);
    }

    /** Reads the input as tokens at positions {@code start} and on; writes the output. */
    void run(int start) {
      inputNorm.run(vectors.get(0), vectors.get(1));
      qkvCall.run();
      attention.run(cache, start);
      outputCall.run();
      postNorm.run(vectors.get(2), vectors.get(3));
      if (gateCall != null) {
        gateCall.run();
      }
      upCall.run();
      downCall.run();
    }
  }

  /** Binds a layer. */
  Layer bind(Weights weights, CpuKvCache cache) {
    return new Layer(weights, cache);
  }

  /** [M, H], the residual stream before a layer. */
  NativeMatrix input() {
    return input;
  }

  /** [M, H], the residual stream after a layer. */
  NativeMatrix output() {
    return output;
  }

  /** [M, H] in the precision's format, free between layers. */
  NativeMatrix normed() {
    return normed;
  }

  /** M. */
  int rows() {
    return rows;
  }

  /** What oneDNN chose. */
  String implementations() {
    List<CpuLinear> parts =
        gatePart == null
            ? List.of(qkvPart, outputPart, upPart, downPart)
            : List.of(qkvPart, outputPart, gatePart, upPart, downPart);
    return DnnlLinear.implementations(parts);
  }
}
