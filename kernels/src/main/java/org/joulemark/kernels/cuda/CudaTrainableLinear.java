package org.joulemark.kernels.cuda;

import java.util.Arrays;
import org.joulemark.kernels.engine.TrainableLinear;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.WeightRows;

/**
 * {@link TrainableLinear} in mixed precision, as networks are trained on GPUs: W and X in FP32,
 * what is multiplied and what comes of it in FP16, every sum in FP32. So gradients beyond FP16's
 * range become infinite, and a loss must be scaled for small ones not to vanish.
 */
final class CudaTrainableLinear implements TrainableLinear {
  private static final ElementType WIDE = ElementType.FP32;
  private static final ElementType HALF = ElementType.FP16;
  private static final int THREADS = 256;
  // Where the arguments stand that change from call to call.
  private static final int INPUT_SCALE = 4;
  private static final int WEIGHT_TOKENS = 5;
  private static final int WEIGHT_UNIT = 7;
  private static final int GRADIENT_TOKENS = 7;
  private static final int GRADIENT_SCALE = 9;
  private static final int GRADIENT_UNIT = 10;

  private final CudaEngine engine;
  private final CudaScope scope;
  private final CudaProduct product;
  private final int n;
  private final int k;
  private final int tokens;
  private final DeviceArena.Slice weight;
  private final DeviceArena.Slice quantizedWeight;
  private final DeviceArena.Slice weightSlopes;
  private final DeviceArena.Slice weightScales;
  private final DeviceArena.Slice factors;
  private final DeviceArena.Slice input;
  private final DeviceArena.Slice quantizedInput;
  private final DeviceArena.Slice output;
  private final DeviceArena.Slice plainOutput;
  private final DeviceArena.Slice outputPull;
  private final DeviceArena.Slice outputGradient;
  private final DeviceArena.Slice scaledGradient;
  private final DeviceArena.Slice quantizedGradient;
  private final DeviceArena.Slice inputPull;
  private final DeviceArena.Slice inputGradient;
  private final DeviceArena.Slice byWeightScale;
  private final DeviceArena.Slice byScale;
  private final DeviceArena.Slice byFactor;
  private final KernelLaunch quantizeWeight;
  private final KernelLaunch quantizeInput;
  private final KernelLaunch weightGradient;
  private final KernelLaunch inputGradients;
  private PartScales scales = PartScales.NONE;
  private int rowsForward;

  private CudaTrainableLinear(CudaEngine engine, CudaScope scope, WeightRows rows, int tokens) {
    this.engine = engine;
    this.scope = scope;
    this.n = rows.rows();
    this.k = rows.columns();
    this.tokens = tokens;
    DeviceArena arena = scope.own(new DeviceArena(), DeviceArena::close);
    weight = arena.reserve(WIDE, n, k);
    quantizedWeight = arena.reserve(HALF, n, k);
    weightSlopes = arena.reserve(HALF, n, k);
    weightScales = arena.reserve(WIDE, 1, n);
    factors = arena.reserve(WIDE, 1, k);
    input = arena.reserve(WIDE, tokens, k);
    quantizedInput = arena.reserve(HALF, tokens, k);
    output = arena.reserve(HALF, tokens, n);
    plainOutput = arena.reserve(WIDE, tokens, n);
    outputPull = arena.reserve(HALF, tokens, n);
    outputGradient = arena.reserve(HALF, tokens, n);
    scaledGradient = arena.reserve(HALF, tokens, n);
    quantizedGradient = arena.reserve(HALF, tokens, k);
    inputPull = arena.reserve(HALF, tokens, k);
    inputGradient = arena.reserve(WIDE, tokens, k);
    byWeightScale = arena.reserve(WIDE, 1, n);
    byScale = arena.reserve(WIDE, 1, k);
    byFactor = arena.reserve(WIDE, 1, k);
    engine.allocate(arena, 0);
    product = scope.own(new CudaProduct(engine.cublas(), n, k), CudaProduct::close);
    CudaKernels kernels = scope.own(new CudaKernels(engine, HALF, k), CudaKernels::close);
    quantizeWeight =
        own(
            kernels.kernel(
                "fake_quant.cu",
                "fake_quant_weight",
                n,
                THREADS,
                weight.address(),
                factors.address(),
                weightScales.address(),
                quantizedWeight.address(),
                weightSlopes.address(),
                k));
    quantizeInput =
        own(
            kernels.kernel(
                "fake_quant.cu",
                "fake_quant_input",
                tokens,
                THREADS,
                input.address(),
                factors.address(),
                quantizedInput.address(),
                k,
                0f));
    weightGradient =
        own(
            kernels.kernel(
                "fake_quant_gradient.cu",
                "weight_scale_gradient",
                (n + THREADS - 1) / THREADS,
                THREADS,
                outputGradient.address(),
                outputPull.address(),
                weightScales.address(),
                scaledGradient.address(),
                byWeightScale.address(),
                tokens,
                n,
                1f));
    inputGradients =
        own(
            kernels.kernel(
                "fake_quant_gradient.cu",
                "input_gradient",
                (k + THREADS - 1) / THREADS,
                THREADS,
                input.address(),
                factors.address(),
                quantizedGradient.address(),
                inputPull.address(),
                inputGradient.address(),
                byScale.address(),
                byFactor.address(),
                tokens,
                k,
                0f,
                0f));
    try (RowUpload upload = engine.upload()) {
      weight.fill(upload, WIDE, n, k, rows::row);
    }
  }

  private KernelLaunch own(KernelLaunch launch) {
    return scope.own(launch, KernelLaunch::close);
  }

  /**
   * Copies W to the device.
   *
   * @throws org.joulemark.kernels.engine.UnsupportedWorkException if it does not fit there
   */
  static CudaTrainableLinear prepare(CudaEngine engine, WeightRows rows, int tokens) {
    CudaScope scope = new CudaScope();
    try {
      return new CudaTrainableLinear(engine, scope, rows, tokens);
    } catch (RuntimeException failure) {
      scope.closeAfter(failure);
      throw failure;
    }
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
    upload(x, input, WIDE, k);
    product.timesTransposed(
        x.length, WIDE, weight.pointer(), input.pointer(), plainOutput.pointer());
    return download(plainOutput, WIDE, x.length, n);
  }

  @Override
  public void scales(PartScales given) {
    scales = TrainableLinear.checked(given, n, k);
    float[] ones = new float[k];
    Arrays.fill(ones, 1);
    try (RowUpload upload = engine.upload()) {
      weightScales.fill(upload, WIDE, scales.weightScales());
      factors.fill(upload, WIDE, hasFactors() ? scales.smoothing() : ones);
    }
    quantizeWeight.launch(engine.stream());
    quantizeInput.set(INPUT_SCALE, Float.floatToRawIntBits((float) scales.activationScale()));
  }

  private boolean hasFactors() {
    return scales.smoothing().length > 0;
  }

  @Override
  public double[][] forward(double[][] x) {
    if (Double.isNaN(scales.activationScale())) {
      throw new IllegalStateException("no scales are set");
    }
    rowsForward = x.length;
    upload(x, input, WIDE, k);
    quantizeInput.setBlocks(x.length);
    quantizeInput.launch(engine.stream());
    multiplyForward(quantizedWeight, output);
    multiplyForward(weightSlopes, outputPull);
    return download(output, HALF, x.length, n);
  }

  private void multiplyForward(DeviceArena.Slice matrix, DeviceArena.Slice into) {
    product.timesTransposed(
        rowsForward, HALF, matrix.pointer(), quantizedInput.pointer(), into.pointer());
  }

  @Override
  public Gradients backward(double[][] dy) {
    if (rowsForward != dy.length) {
      throw new IllegalStateException("nothing of that size has been carried forward");
    }
    upload(dy, outputGradient, HALF, n);
    float unit = largest(scales.weightScales());
    weightGradient.set(WEIGHT_TOKENS, dy.length);
    weightGradient.set(WEIGHT_UNIT, Float.floatToRawIntBits(unit));
    weightGradient.launch(engine.stream());
    product.times(
        dy.length,
        HALF,
        quantizedWeight.pointer(),
        outputGradient.pointer(),
        quantizedGradient.pointer());
    if (hasFactors()) {
      product.times(
          dy.length, HALF, weightSlopes.pointer(), scaledGradient.pointer(), inputPull.pointer());
    }
    inputGradients.set(GRADIENT_TOKENS, dy.length);
    inputGradients.set(GRADIENT_SCALE, Float.floatToRawIntBits((float) scales.activationScale()));
    inputGradients.set(GRADIENT_UNIT, Float.floatToRawIntBits(unit));
    inputGradients.launch(engine.stream());
    double activationScale = Arrays.stream(download(byScale, WIDE, 1, k)[0]).sum();
    return new Gradients(
        download(inputGradient, WIDE, dy.length, k),
        activationScale,
        download(byWeightScale, WIDE, 1, n)[0],
        hasFactors() ? download(byFactor, WIDE, 1, k)[0] : new double[0]);
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  private void upload(double[][] rows, DeviceArena.Slice into, ElementType type, int columns) {
    if (rows.length > tokens) {
      throw new IllegalArgumentException(
          rows.length + " rows are more than the " + tokens + " that this part was prepared for");
    }
    try (RowUpload upload = engine.upload()) {
      into.fill(
          upload,
          type,
          rows.length,
          columns,
          (row, values) -> {
            for (int i = 0; i < columns; i++) {
              values[i] = (float) rows[row][i];
            }
          });
    }
  }

  private double[][] download(DeviceArena.Slice from, ElementType type, int rows, int columns) {
    return from.downloadRows(type, rows, columns, engine.staging(), engine.stream());
  }

  @Override
  public void close() {
    try {
      engine.stream().synchronize();
    } finally {
      scope.close();
    }
  }
}
