package org.joulemark.kernels.cpu;

/**
 * RMSNorm or LayerNorm over the rows of a matrix, in Java; means and squares are summed in FP64.
 * Allocates nothing after construction.
 */
final class CpuNorm {
  // Rows that one worker takes at once.
  private static final int ROWS_PER_PIECE = 8;

  private final WorkerTeam team;
  private final NativeMatrix from;
  private final NativeMatrix to;
  private final boolean layerNorm;
  private final double epsilon;
  private final float[][] scratch;
  private final WorkerTeam.Job job = this::piece;

  // The call in progress.
  private float[] weight = new float[0];
  private float[] bias = new float[0];

  /**
   * For rows of {@code from}, to be written to {@code to}, which may be the same.
   *
   * @param layerNorm whether the mean is taken off and a bias added
   */
  CpuNorm(WorkerTeam team, NativeMatrix from, NativeMatrix to, boolean layerNorm, double epsilon) {
    this.team = team;
    this.from = from;
    this.to = to;
    this.layerNorm = layerNorm;
    this.epsilon = epsilon;
    this.scratch = new float[team.size()][from.columns()];
  }

  /** Norms every row. */
  void run(float[] weight, float[] bias) {
    this.weight = weight;
    this.bias = bias;
    team.run(job, (from.rows() + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE);
  }

  private void piece(int index, int worker) {
    int end = Math.min(from.rows(), (index + 1) * ROWS_PER_PIECE);
    for (int row = index * ROWS_PER_PIECE; row < end; row++) {
      row(row, scratch[worker]);
    }
  }

  private void row(int row, float[] x) {
    int width = x.length;
    from.get(row, 0, x, 0, width);
    double mean = 0;
    if (layerNorm) {
      for (int i = 0; i < width; i++) {
        mean += x[i];
      }
      mean /= width;
    }
    double squares = 0;
    for (int i = 0; i < width; i++) {
      double centred = x[i] - mean;
      squares += centred * centred;
    }
    float shift = (float) mean;
    float scale = (float) (1 / Math.sqrt(squares / width + epsilon));
    for (int i = 0; i < width; i++) {
      x[i] = (x[i] - shift) * scale * weight[i] + bias[i];
    }
    to.put(row, 0, x, 0, width);
  }
}
