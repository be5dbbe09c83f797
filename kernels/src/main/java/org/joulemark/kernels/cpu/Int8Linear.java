package org.joulemark.kernels.cpu;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory;
import org.joulemark.kernels.engine.EngineException;
import org.joulemark.kernels.quant.ActivationScaling;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.jspecify.annotations.Nullable;

/**
 * W8A8: quantizes the rows of X in Java, multiplies codes with oneDNN into INT32, and scales back
 * in Java; silu and GELU are oneDNN's. The arithmetic is that of {@link LinearScheme.Int8}'s
 * definition, in FP32.
 */
final class Int8Linear implements CpuLinear {
  private static final int LARGEST_CODE = 127;
  private static final int SMALLEST_CODE = -128;
  private static final float CODE_STEPS = 255;
  // Columns of Y that one worker scales back at once.
  private static final int COLUMNS_PER_PIECE = 2048;

  private final WorkerTeam team;
  private final LinearPart part;
  private final LinearScheme.Int8 scheme;
  private final DnnlLinear.Spec spec;
  private final ElementType seen;
  private final DnnlLinear product;
  private final @Nullable DnnlEltwise activation;

  // Shared by every layer that is bound: they run one after another.
  private final ByteBuffer codes; // [M, K]
  private final IntBuffer sums; // [M, N]
  private final dnnl_memory codeMemory;
  private final dnnl_memory sumMemory;
  private final float[] rowScales;
  private final int[] rowZeroPoints;
  private final Scratch[] scratch;
  private final boolean[] outlier;
  private final int[] outlierColumns = new int[LinearScheme.Int8.MOST_OUTLIER_COLUMNS];
  private final float[] outlierValues; // [M, outlierCount]
  private int outlierCount;

  private static final class Scratch {
    final float[] row;
    final byte[] codes;
    final int[] sums;
    final float[] result;
    final float[] other;

    Scratch(int k) {
      this.row = new float[k];
      this.codes = new byte[k];
      this.sums = new int[COLUMNS_PER_PIECE];
      this.result = new float[COLUMNS_PER_PIECE];
      this.other = new float[COLUMNS_PER_PIECE];
    }
  }

  /**
   * Plans.
   *
   * @param scope owns the primitives and the codes
   * @param seen the format that activations are rounded to before they are quantized
   * @param arranged how the weights are packed already, null to let oneDNN choose
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if oneDNN has no optimized
   *     implementation
   */
  Int8Linear(
      DnnlContext context,
      WorkerTeam team,
      NativeScope scope,
      LinearPart part,
      LinearScheme.Int8 scheme,
      DnnlLinear.Spec spec,
      ElementType seen,
      @Nullable Int8Linear arranged) {
    this.team = team;
    this.part = part;
    this.scheme = scheme;
    this.spec = spec;
    this.seen = seen;
    DnnlLinear.Spec integers =
        new DnnlLinear.Spec(
            Precision.INT8, ElementType.INT32, spec.m(), spec.n(), spec.k(), false, Fused.NONE);
    this.product =
        new DnnlLinear(
            context, scope, integers, arranged == null ? null : arranged.product.weights());
    this.activation =
        spec.fused() == Fused.SILU || spec.fused() == Fused.GELU
            ? new DnnlEltwise(context, scope, spec.fused(), spec.m(), spec.n())
            : null;
    NativeBuffer codeBuffer = scope.allocate((long) spec.m() * spec.k());
    NativeBuffer sumBuffer = scope.allocate((long) spec.m() * spec.n() * Integer.BYTES);
    this.codes = codeBuffer.slice(0, Math.multiplyExact(spec.m(), spec.k()));
    this.sums =
        sumBuffer
            .slice(0, Math.multiplyExact(Math.multiplyExact(spec.m(), spec.n()), Integer.BYTES))
            .asIntBuffer();
    this.codeMemory =
        context.memory(
            scope, context.rowMajor(scope, ElementType.INT8, spec.m(), spec.k()), codeBuffer);
    this.sumMemory =
        context.memory(
            scope, context.rowMajor(scope, ElementType.INT32, spec.m(), spec.n()), sumBuffer);
    this.rowScales = new float[spec.m()];
    this.rowZeroPoints = new int[spec.m()];
    this.scratch = new Scratch[team.size()];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new Scratch(spec.k());
    }
    this.outlier = new boolean[scheme.separatesOutliers() ? spec.k() : 0];
    this.outlierValues =
        new float[scheme.separatesOutliers() ? spec.m() * outlierColumns.length : 0];
  }

  /** Weights of one layer. */
  private static final class Packed implements Weights {
    final dnnl_memory codes;
    // [N, K], empty where no column is ever looked at alone.
    final byte[][] plain;
    final float[] scales;
    // Each row's sum of codes.
    final int[] codeSums;
    final WeightSource source;

    Packed(dnnl_memory codes, byte[][] plain, float[] scales, int[] codeSums, WeightSource source) {
      this.codes = codes;
      this.plain = plain;
      this.scales = scales;
      this.codeSums = codeSums;
      this.source = source;
    }
  }

  @Override
  public Weights pack(NativeScope owner, WeightPacker packer, WeightSource source) {
    int k = spec.k();
    float[] scales = new float[spec.n()];
    int[] codeSums = new int[spec.n()];
    byte[][] plain = new byte[scheme.separatesOutliers() ? spec.n() : 0][];
    dnnl_memory packed =
        packer.pack(
            owner,
            ElementType.INT8,
            spec.n(),
            k,
            product.weights(),
            (first, count, into) -> {
              float[] row = new float[k];
              for (int i = 0; i < count; i++) {
                int n = first + i;
                Int8Row encoded = source.int8(n, row);
                scales[n] = encoded.scale();
                for (byte code : encoded.codes()) {
                  codeSums[n] += code;
                }
                into.put(i * k, encoded.codes());
                if (plain.length > 0) {
                  plain[n] = encoded.codes();
                }
              }
            });
    return new Packed(packed, plain, scales, codeSums, source);
  }

  @Override
  public Call bind(
      NativeScope owner,
      Weights weights,
      NativeMatrix x,
      NativeMatrix y,
      @Nullable NativeMatrix other) {
    if (!(weights instanceof Packed packed)) {
      throw new IllegalArgumentException("weights of another kind of part");
    }
    return new Bound(packed, x, y, other, owner);
  }

  @Override
  public String implementation() {
    return product.implementation();
  }

  private final class Bound implements Call {
    private final Packed weights;
    private final NativeMatrix x;
    private final NativeMatrix y;
    private final @Nullable NativeMatrix other;
    private final Call multiply;
    private final @Nullable Call activate;
    private final WorkerTeam.Job quantizeJob = this::quantize;
    private final WorkerTeam.Job scaleJob = this::scaleBack;
    private final int pieces = (spec.n() + COLUMNS_PER_PIECE - 1) / COLUMNS_PER_PIECE;

    Bound(
        Packed weights,
        NativeMatrix x,
        NativeMatrix y,
        @Nullable NativeMatrix other,
        NativeScope owner) {
      this.weights = weights;
      this.x = x;
      this.y = y;
      this.other = other;
      this.multiply = product.bind(owner, weights.codes, codeMemory, sumMemory);
      this.activate = activation == null ? null : activation.bind(owner, y);
    }

    @Override
    public void run() {
      if (scheme.separatesOutliers()) {
        findOutliers();
      }
      team.run(quantizeJob, spec.m());
      multiply.run();
      team.run(scaleJob, spec.m() * pieces);
      if (activate != null) {
        activate.run();
      }
    }

    /**
     * Columns with any |x| above the threshold, ascending, at most as many as there is room for.
     */
    private void findOutliers() {
      Arrays.fill(outlier, false);
      float[] row = scratch[0].row;
      for (int m = 0; m < spec.m(); m++) {
        read(m, row);
        for (int i = 0; i < row.length; i++) {
          outlier[i] |= Math.abs(row[i]) > (float) scheme.outlierThreshold();
        }
      }
      outlierCount = 0;
      for (int i = 0; i < outlier.length; i++) {
        outlier[i] &= outlierCount < outlierColumns.length;
        if (outlier[i]) {
          outlierColumns[outlierCount++] = i;
        }
      }
    }

    private void read(int m, float[] row) {
      x.get(m, 0, row, 0, row.length);
      for (int i = 0; i < row.length; i++) {
        row[i] = ElementCodec.round(seen, row[i]);
      }
    }

    private void quantize(int m, int worker) {
      Scratch s = scratch[worker];
      read(m, s.row);
      for (int i = 0; i < outlierCount; i++) {
        outlierValues[m * outlierCount + i] = s.row[outlierColumns[i]];
        s.row[outlierColumns[i]] = 0;
      }
      float low = 0;
      float high = 0;
      for (float value : s.row) {
        if (Float.isNaN(value)) {
          throw new EngineException("The activations of " + part.id() + " hold NaN.");
        }
        if (!Float.isInfinite(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
      chooseScale(m, low, high);
      encode(s.row, rowScales[m], rowZeroPoints[m], s.codes);
      codes.put(m * s.codes.length, s.codes);
    }

    private void chooseScale(int m, float low, float high) {
      PartScales known = weights.source.scales();
      if (scheme.activations() == ActivationScaling.PER_TENSOR) {
        rowScales[m] = (float) known.activationScale();
        rowZeroPoints[m] = known.activationZeroPoint();
      } else if (scheme.asymmetric()) {
        float scale = Math.min(high - low, Float.MAX_VALUE) / CODE_STEPS;
        rowScales[m] = scale == 0 ? 1 : scale;
        rowZeroPoints[m] = Int8Row.zeroPoint(low, rowScales[m]);
      } else {
        float scale = Math.max(-low, high) / LARGEST_CODE;
        rowScales[m] = scale == 0 ? 1 : scale;
      }
    }

    private void encode(float[] row, float scale, int zeroPoint, byte[] into) {
      int least = scheme.asymmetric() ? SMALLEST_CODE : -LARGEST_CODE;
      for (int i = 0; i < row.length; i++) {
        float quotient = row[i] / scale;
        into[i] = (byte) Math.max(least, Math.min(LARGEST_CODE, Math.rint(quotient) + zeroPoint));
      }
    }

    private void scaleBack(int piece, int worker) {
      int m = piece / pieces;
      int first = piece % pieces * COLUMNS_PER_PIECE;
      int count = Math.min(COLUMNS_PER_PIECE, spec.n() - first);
      Scratch s = scratch[worker];
      sums.get(m * spec.n() + first, s.sums, 0, count);
      float scale = rowScales[m];
      int zeroPoint = rowZeroPoints[m];
      float[] result = s.result;
      for (int i = 0; i < count; i++) {
        int exact = s.sums[i] - zeroPoint * weights.codeSums[first + i];
        result[i] = exact * (scale * weights.scales[first + i]);
      }
      addOutliers(m, first, count, result);
      if (spec.bias()) {
        for (int i = 0; i < count; i++) {
          result[i] += weights.source.bias()[first + i];
        }
      }
      combine(m, first, count, s);
      y.put(m, first, result, 0, count);
    }

    private void addOutliers(int m, int first, int count, float[] result) {
      for (int i = 0; i < count && outlierCount > 0; i++) {
        byte[] row = weights.plain[first + i];
        float sum = 0;
        for (int c = 0; c < outlierCount; c++) {
          sum += outlierValues[m * outlierCount + c] * row[outlierColumns[c]];
        }
        result[i] += sum * weights.scales[first + i];
      }
    }

    private void combine(int m, int first, int count, Scratch s) {
      if (other == null) {
        return;
      }
      other.get(m, first, s.other, 0, count);
      for (int i = 0; i < count; i++) {
        s.result[i] =
            spec.fused() == Fused.TIMES ? s.result[i] * s.other[i] : s.result[i] + s.other[i];
      }
    }
  }
}
