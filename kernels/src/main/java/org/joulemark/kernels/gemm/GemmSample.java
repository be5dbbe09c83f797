package org.joulemark.kernels.gemm;

import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Which elements of Y are compared with the reference: all columns of the {@code rows} and all rows
 * of the {@code columns}. A full check has every row and no column.
 */
final class GemmSample {
  // Elements whose device values are kept for the comparison: 8 bytes each.
  private static final long MOST_ELEMENTS = 1L << 23;
  private static final int FEWEST_LINES = 4;
  private static final int MOST_LINES = 64;

  /** Sampled rows, ascending. */
  final int[] rows;

  /** Sampled columns, ascending. */
  final int[] columns;

  private GemmSample(int[] rows, int[] columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Everything if that costs no more than the budget of multiply-adds; otherwise as many rows and
   * columns as fit it (at least four of each), the first and the last always among them.
   */
  static GemmSample of(GemmProblem problem, double multiplyAddBudget) {
    GemmShape shape = problem.shape();
    double elements = (double) shape.batch() * shape.m() * shape.n();
    if (elements * shape.k() <= multiplyAddBudget && elements <= MOST_ELEMENTS) {
      return new GemmSample(IntStream.range(0, shape.m()).toArray(), new int[0]);
    }
    double costOfLinePair = (double) shape.batch() * shape.k() * ((double) shape.m() + shape.n());
    int lines =
        (int) Math.max(FEWEST_LINES, Math.min(MOST_LINES, multiplyAddBudget / costOfLinePair));
    return new GemmSample(
        lines(shape.m(), lines, problem.seed(), 1), lines(shape.n(), lines, problem.seed(), 2));
  }

  /** Position in {@link #rows} of each row of Y, −1 where it is not sampled. */
  int[] rowIndex(int m) {
    return inverse(rows, m);
  }

  /** Position in {@link #columns} of each column of Y, −1 where it is not sampled. */
  int[] columnIndex(int n) {
    return inverse(columns, n);
  }

  private static int[] lines(int size, int count, long seed, int which) {
    if (count >= size) {
      return IntStream.range(0, size).toArray();
    }
    TreeSet<Integer> chosen = new TreeSet<>();
    chosen.add(0);
    chosen.add(size - 1);
    RowGenerator generator = RowGenerator.of(seed, -which, 0, 0);
    while (chosen.size() < count) {
      chosen.add((int) ((generator.nextUniform() + 1.0) / 2.0 * size));
    }
    return chosen.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] inverse(int[] lines, int size) {
    int[] index = new int[size];
    Arrays.fill(index, -1);
    for (int i = 0; i < lines.length; i++) {
      index[lines[i]] = i;
    }
    return index;
  }
}
