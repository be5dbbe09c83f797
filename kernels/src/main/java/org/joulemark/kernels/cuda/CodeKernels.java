package org.joulemark.kernels.cuda;

/** Launches of the kernels that make codes, fused with the norm or activation before them. */
final class CodeKernels {
  private static final int FEWEST_THREADS = 64;
  private static final int MOST_THREADS = 512;
  private static final int WARP = 32;
  private static final int VECTOR_BYTES = 16;
  // With many rows a thread takes several vectors, so that more rows are on their way at a time.
  private static final int MANY_ROWS = 256;
  private static final int VECTORS_OF_MANY = 4;

  private final CudaPassFrame frame;
  private final CodeFormat format;

  /** For the passes of a frame. */
  CodeKernels(CudaPassFrame frame, CodeFormat format) {
    this.frame = frame;
    this.format = format;
  }

  private int threads(int columns) {
    int vectors = (int) (((long) columns * frame.type().bytes() - 1) / VECTOR_BYTES + 1);
    int wanted = frame.rows() >= MANY_ROWS ? (vectors - 1) / VECTORS_OF_MANY + 1 : vectors;
    int whole = (wanted + WARP - 1) / WARP * WARP;
    return Math.max(FEWEST_THREADS, Math.min(MOST_THREADS, whole));
  }

  private CudaCall call(KernelLaunch launch) {
    CudaStream stream = frame.stream();
    return () -> launch.launch(stream);
  }

  private long counter(QuantizedInput into) {
    return frame.nans().place(into.part()).address();
  }

  /** Codes of rows [M, K]. */
  CudaCall rows(DeviceArena.Slice x, QuantizedInput into) {
    return call(
        frame.kernel(
            "quantize_rows.cu",
            "quantize_rows_" + format.id(),
            frame.rows(),
            threads(into.columns()),
            x.address(),
            into.columns(),
            into.pitch(),
            into.rows().codes().address(),
            into.fixedScale(),
            into.fixedZero(),
            into.rows().scales().address(),
            into.rows().zeros().address(),
            counter(into)));
  }

  /**
   * Symmetric codes of rows [M, K] as if the outlier columns held zeros; these are gathered.
   *
   * @param outliers found for these rows
   */
  CudaCall separatedRows(DeviceArena.Slice x, OutlierColumnLists outliers, QuantizedInput into) {
    return call(
        frame.kernel(
            "quantize_rows.cu",
            "quantize_rows_separated_" + format.id(),
            frame.rows(),
            threads(into.columns()),
            x.address(),
            into.columns(),
            into.pitch(),
            into.rows().codes().address(),
            into.rows().scales().address(),
            counter(into),
            outliers.marks().address(),
            outliers.list().address(),
            outliers.gathered().address()));
  }

  /** Codes of the norm of rows [M, H]. */
  CudaCall norm(CudaNormWeights norm, DeviceArena.Slice x, QuantizedInput into) {
    return call(
        frame.kernel(
            "norm_quantize.cu",
            "norm_quantize_" + format.id(),
            frame.rows(),
            threads(into.columns()),
            x.address(),
            norm.weight().address(),
            norm.bias() == null ? 0L : norm.bias().address(),
            into.columns(),
            (float) frame.shape().normEpsilon(),
            into.pitch(),
            into.rows().codes().address(),
            into.fixedScale(),
            into.fixedZero(),
            into.rows().scales().address(),
            into.rows().zeros().address(),
            counter(into)));
  }

  private String activation() {
    return frame.shape().gated() ? "swiglu" : "gelu";
  }

  /**
   * Codes of what the activation makes of sums of products.
   *
   * @param sums [M, rows of the weights], INT32, or FP32 for FP8
   * @param x what was multiplied
   */
  CudaCall activated(
      DeviceArena.Slice sums, QuantizedWeights weights, QuantizedInput x, QuantizedInput into) {
    return call(
        frame.kernel(
            "activation_quantize.cu",
            activation() + (format.isInteger() ? "_int32_" : "_fp32_") + format.id(),
            frame.rows(),
            threads(into.columns()),
            sums.address(),
            weights.rows(),
            x.scalesToRead(),
            x.fixedScale(),
            x.zerosToRead(format),
            x.fixedZero(),
            weights.scales().address(),
            weights.sumsAddress(),
            weights.biasAddress(),
            into.columns(),
            into.pitch(),
            into.rows().codes().address(),
            into.fixedScale(),
            into.fixedZero(),
            into.rows().scales().address(),
            into.rows().zeros().address(),
            counter(into)));
  }

  /** Codes of what the activation makes of rows [M, 2·I] or [M, I]; FP8 only. */
  CudaCall activatedRows(DeviceArena.Slice x, int xPitch, QuantizedInput into) {
    return call(
        frame.kernel(
            "activation_quantize.cu",
            activation() + "_rows_" + format.id(),
            frame.rows(),
            threads(into.columns()),
            x.address(),
            xPitch,
            into.columns(),
            into.pitch(),
            into.rows().codes().address(),
            into.fixedScale(),
            into.fixedZero(),
            into.rows().scales().address(),
            into.rows().zeros().address(),
            counter(into)));
  }
}
