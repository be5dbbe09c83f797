package org.joulemark.kernels.cuda;

/** Launches of RMSNorm or LayerNorm over rows; LayerNorm where the norm has a bias. */
final class CudaNorm {
  private static final int THREADS = 256;

  private CudaNorm() {}

  /**
   * Prepares a launch.
   *
   * @param scope owns it
   * @param x address of the first row
   * @param pitch elements from one row of x to the next
   * @param y address of [rows, columns]; may be x where pitch is columns
   */
  static KernelLaunch prepare(
      CudaScope scope,
      CudaKernels kernels,
      CudaNormWeights norm,
      long x,
      long pitch,
      long y,
      int rows,
      int columns,
      double epsilon) {
    KernelLaunch launch =
        norm.bias() == null
            ? kernels.kernel(
                "rms_norm.cu",
                "rms_norm",
                rows,
                THREADS,
                x,
                pitch,
                norm.weight().address(),
                y,
                columns,
                (float) epsilon)
            : kernels.kernel(
                "layer_norm.cu",
                "layer_norm",
                rows,
                THREADS,
                x,
                pitch,
                norm.weight().address(),
                norm.bias().address(),
                y,
                columns,
                (float) epsilon);
    return scope.own(launch, KernelLaunch::close);
  }
}
