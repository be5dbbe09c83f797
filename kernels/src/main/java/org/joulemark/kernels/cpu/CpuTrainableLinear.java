package org.joulemark.kernels.cpu;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * {@link TrainableLinear} in FP32: products through {@code dnnl_sgemm}, all else on the common
 * pool. W, Ŵ and the derivatives of Ŵ by its scales lie in native memory, three matrices of W's
 * size.
 */
final class CpuTrainableLinear implements TrainableLinear {
  private static final float LARGEST_CODE = 127f;

  private final OpenMpThreads threads;
  private final NativeScope scope;
  private final int n;
  private final int k;
  private final int tokens;
  private final NativeMatrix weight;
  private final NativeMatrix quantizedWeight;
  private final NativeMatrix weightSlopes;
  // [tokens, K]: X or X̂, and what a product gives.
  private final NativeMatrix narrow;
  private final NativeMatrix narrowProduct;
  // [tokens, N]: dY, and what a product gives.
  private final NativeMatrix wide;
  private final NativeMatrix wideProduct;
  private PartScales scales = PartScales.NONE;
  private float[][] smoothed = {};
  private float[][] weightPull = {};

  private CpuTrainableLinear(
      OpenMpThreads threads, NativeScope scope, WeightRows rows, int tokens) {
    this.threads = threads;
    this.scope = scope;
    this.n = rows.rows();
    this.k = rows.columns();
    this.tokens = tokens;
    this.weight = matrix(n, k);
    this.quantizedWeight = matrix(n, k);
    this.weightSlopes = matrix(n, k);
    this.narrow = matrix(tokens, k);
    this.narrowProduct = matrix(tokens, k);
    this.wide = matrix(tokens, n);
    this.wideProduct = matrix(tokens, n);
    eachRow(
        n,
        row -> {
          float[] values = new float[k];
          rows.row(row, values);
          weight.put(row, 0, values, 0, k);
        });
  }

  /**
   * Copies W.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit into memory
   */
  static CpuTrainableLinear prepare(OpenMpThreads threads, WeightRows rows, int tokens) {
    long matrix = (long) rows.rows() * rows.columns();
    long activations = (long) tokens * (rows.rows() + rows.columns());
    // The host's own copies of activations are doubles.
    CpuMemory.require((3 * matrix + 2 * activations) * Float.BYTES, 4 * activations * Double.BYTES);
    NativeScope scope = new NativeScope();
    try {
      return new CpuTrainableLinear(threads, scope, rows, tokens);
    } catch (RuntimeException failure) {
      scope.close();
      throw failure;
    }
  }

  private NativeMatrix matrix(int rows, int columns) {
    return new NativeMatrix(scope, ElementType.FP32, rows, columns);
  }

  @Override
  public int outFeatures() {
    return n;
  }

  @Override
  public int inFeatures() {
    return k;
  }

  @Override
  public double[][] plain(double[][] x) {
    put(narrow(x, new float[0]), narrow);
    return get(timesTransposed(x.length, weight), x.length);
  }

  @Override
  public void scales(PartScales given) {
    scales = TrainableLinear.checked(given, n, k);
    float[] factors = scales.smoothing();
    eachRow(n, row -> quantizeRow(row, scales.weightScales()[row], factors));
  }

  private void quantizeRow(int row, float scale, float[] factors) {
    float[] values = new float[k];
    float[] slopes = new float[k];
    weight.get(row, 0, values, 0, k);
    for (int i = 0; i < k; i++) {
      float steps = (factors.length == 0 ? values[i] : values[i] * factors[i]) / scale;
      float code = code(steps);
      slopes[i] = isInside(steps) ? code - steps : code;
      values[i] = code * scale;
    }
    quantizedWeight.put(row, 0, values, 0, k);
    weightSlopes.put(row, 0, slopes, 0, k);
  }

  @Override
  public double[][] forward(double[][] x) {
    if (Double.isNaN(scales.activationScale())) {
      throw new IllegalStateException("no scales are set");
    }
    smoothed = narrow(x, scales.smoothing());
    float scale = (float) scales.activationScale();
    eachRow(
        x.length,
        m -> {
          float[] quantized = new float[k];
          for (int i = 0; i < k; i++) {
            quantized[i] = code(smoothed[m][i] / scale) * scale;
          }
          narrow.put(m, 0, quantized, 0, k);
        });
    weightPull = rows(timesTransposed(x.length, weightSlopes), x.length);
    return get(timesTransposed(x.length, quantizedWeight), x.length);
  }

  @Override
  public Gradients backward(double[][] dy) {
    if (smoothed.length != dy.length) {
      throw new IllegalStateException("nothing of that size has been carried forward");
    }
    int m = dy.length;
    float[][] gradient = narrow(dy, new float[0]);
    double[] weightScaleGradients = new double[n];
    IntStream.range(0, n)
        .parallel()
        .forEach(
            row -> {
              double sum = 0;
              for (int token = 0; token < m; token++) {
                sum += (double) gradient[token][row] * weightPull[token][row];
              }
              weightScaleGradients[row] = sum;
            });
    put(gradient, wide);
    float[][] inputGradient = rows(times(m, quantizedWeight), m);
    boolean hasFactors = scales.smoothing().length > 0;
    float[][] factorPull = hasFactors ? factorPull(gradient) : new float[0][];
    return inputs(inputGradient, factorPull, weightScaleGradients);
  }

  /** (dY∘s_w)·G. */
  private float[][] factorPull(float[][] gradient) {
    float[] weightScales = scales.weightScales();
    eachRow(
        gradient.length,
        m -> {
          float[] scaled = gradient[m].clone();
          for (int row = 0; row < n; row++) {
            scaled[row] *= weightScales[row];
          }
          wide.put(m, 0, scaled, 0, n);
        });
    return rows(times(gradient.length, weightSlopes), gradient.length);
  }

  private Gradients inputs(
      float[][] inputGradient, float[][] factorPull, double[] weightScaleGradients) {
    int m = inputGradient.length;
    float scale = (float) scales.activationScale();
    float[] factors = scales.smoothing();
    double[][] dx = new double[m][k];
    double[] scalePull = new double[k];
    double[] factorGradients = new double[factors.length];
    IntStream.range(0, k)
        .parallel()
        .forEach(
            i -> {
              double factorGradient = 0;
              for (int token = 0; token < m; token++) {
                float steps = smoothed[token][i] / scale;
                float code = code(steps);
                double given = inputGradient[token][i];
                scalePull[i] += given * (isInside(steps) ? code - steps : code);
                dx[token][i] =
                    isInside(steps) ? (factors.length == 0 ? given : given / factors[i]) : 0;
                if (factors.length > 0) {
                  factorGradient -= (double) code * scale * factorPull[token][i];
                }
              }
              if (factors.length > 0) {
                factorGradients[i] = (factorGradient + scalePull[i] * scale) / factors[i];
              }
            });
    double activationScaleGradient = 0;
    for (double pull : scalePull) {
      activationScaleGradient += pull;
    }
    return new Gradients(dx, activationScaleGradient, weightScaleGradients, factorGradients);
  }

  private static float code(float steps) {
    return Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, (float) Math.rint(steps)));
  }

  private static boolean isInside(float steps) {
    return Math.abs(steps) <= LARGEST_CODE;
  }

  /** Rounds to FP32 and divides by factors, where there are any. */
  private float[][] narrow(double[][] x, float[] factors) {
    if (x.length > tokens) {
      throw new IllegalArgumentException(
          x.length + " rows are more than the " + tokens + " that this part was prepared for");
    }
    float[][] rounded = new float[x.length][];
    eachRow(
        x.length,
        m -> {
          float[] row = new float[x[m].length];
          for (int i = 0; i < row.length; i++) {
            row[i] = factors.length == 0 ? (float) x[m][i] : (float) x[m][i] / factors[i];
          }
          rounded[m] = row;
        });
    return rounded;
  }

  private static void put(float[][] rows, NativeMatrix into) {
    eachRow(rows.length, m -> into.put(m, 0, rows[m], 0, rows[m].length));
  }

  private static float[][] rows(NativeMatrix from, int count) {
    float[][] rows = new float[count][from.columns()];
    eachRow(count, m -> from.get(m, 0, rows[m], 0, rows[m].length));
    return rows;
  }

  private static double[][] get(NativeMatrix from, int count) {
    double[][] rows = new double[count][from.columns()];
    eachRow(
        count,
        m -> {
          float[] row = new float[from.columns()];
          from.get(m, 0, row, 0, row.length);
          for (int i = 0; i < row.length; i++) {
            rows[m][i] = row[i];
          }
        });
    return rows;
  }

  /** What is in {@code narrow} [M, K] times a matrix's [N, K] transpose. */
  private NativeMatrix timesTransposed(int m, NativeMatrix matrix) {
    multiply('T', m, n, k, narrow, matrix, wideProduct);
    return wideProduct;
  }

  /** What is in {@code wide} [M, N] times a matrix [N, K]. */
  private NativeMatrix times(int m, NativeMatrix matrix) {
    multiply('N', m, k, n, wide, matrix, narrowProduct);
    return narrowProduct;
  }

  private void multiply(
      char transposition,
      int rows,
      int columns,
      int inner,
      NativeMatrix a,
      NativeMatrix b,
      NativeMatrix c) {
    threads.prepareCurrentThread();
    Dnnl.check(
        dnnl.dnnl_sgemm(
            (byte) 'N',
            (byte) transposition,
            rows,
            columns,
            inner,
            1,
            floats(a),
            a.columns(),
            floats(b),
            b.columns(),
            0,
            floats(c),
            c.columns()),
        "dnnl_sgemm");
  }

  private static FloatPointer floats(NativeMatrix matrix) {
    return new FloatPointer(matrix.buffer().pointer());
  }

  private static void eachRow(int rows, IntConsumer action) {
    IntStream.range(0, rows).parallel().forEach(action);
  }

  @Override
  public void close() {
    scope.close();
  }
}
