package org.joulemark.kernels.gemm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;

/**
 * Holds a GEMM's result against {@link GemmReference} within {@link GemmTolerance}: all of it if
 * the budget of multiply-adds allows, otherwise some rows with all columns and some columns with
 * all rows, so that every row of both operands takes part. Outside the sample every element is
 * still read, and must be finite and not the poison that an unwritten one shows. Operand rows are
 * made again as they are needed, on the common pool; no whole matrix is held.
 */
public final class GemmVerifier {
  /** About a second of work for one core, three sums an element included. */
  public static final double DEFAULT_BUDGET = 1.5e8;

  // Rows and columns of a tile: enough to make regenerating them cheap beside multiplying them, few
  // enough to stay in a core's own cache.
  private static final int TILE_NUMBERS = 1 << 18;
  private static final int SMALLEST_TILE = 4;
  private static final int LARGEST_TILE = 64;
  private static final int MOST_SUSPECTS = 64;

  private final double budget;

  /** With the default budget. */
  public GemmVerifier() {
    this(DEFAULT_BUDGET);
  }

  /** With a budget of multiply-adds. */
  public GemmVerifier(double multiplyAddBudget) {
    this.budget = multiplyAddBudget;
  }

  /**
   * Checks what {@code output} reads. It is read from this thread only, row after row, each once.
   *
   * @param source the numbers that the engine was given
   * @throws IllegalArgumentException for an epilogue on an integer result
   */
  public GemmVerification verify(GemmProblem problem, OperandSource source, OutputReader output) {
    GemmReference reference = new GemmReference(problem, source);
    GemmSample sample = GemmSample.of(problem, budget);
    Observed observed = read(problem, sample, output);

    List<Tile> tiles = new ArrayList<>(observed.suspects);
    if (observed.suspects.isEmpty() || problem.precision().output().isInteger()) {
      tiles.addAll(tiles(problem.shape(), sample));
    }
    GemmTolerance tolerance = new GemmTolerance(problem.precision(), problem.shape().k());
    Comparison total = new Comparison();
    tiles.parallelStream()
        .map(tile -> compare(problem, reference, tolerance, observed, tile))
        .toList()
        .forEach(total::add);
    return total.toVerification(problem);
  }

  /**
   * As {@link #verify}, for callers that must not go on with a wrong result.
   *
   * @throws GemmMismatchException naming the worst element
   */
  public GemmVerification verifyOrThrow(
      GemmProblem problem, OperandSource source, OutputReader output) {
    GemmVerification verification = verify(problem, source, output);
    if (!verification.passed()) {
      throw new GemmMismatchException(verification);
    }
    return verification;
  }

  /** Pairs of rows and columns of one product. */
  private static final class Tile {
    final int batch;
    final int[] rows;
    final int[] columns;

    Tile(int batch, int[] rows, int[] columns) {
      this.batch = batch;
      this.rows = rows;
      this.columns = columns;
    }
  }

  /** The device's values at the sampled elements, and elements elsewhere that look unwritten. */
  private static final class Observed {
    final int[] rowIndex;
    final int[] columnIndex;
    final double[][][] rows;
    final double[][][] columns;
    final List<Tile> suspects = new ArrayList<>();
    final List<Double> suspectValues = new ArrayList<>();

    Observed(GemmShape shape, GemmSample sample) {
      this.rowIndex = sample.rowIndex(shape.m());
      this.columnIndex = sample.columnIndex(shape.n());
      this.rows = new double[shape.batch()][sample.rows.length][shape.n()];
      this.columns = new double[shape.batch()][sample.columns.length][shape.m()];
    }

    double at(int batch, int row, int column) {
      if (rowIndex[row] >= 0) {
        return rows[batch][rowIndex[row]][column];
      }
      if (columnIndex[column] >= 0) {
        return columns[batch][columnIndex[column]][row];
      }
      for (int i = 0; i < suspects.size(); i++) {
        Tile suspect = suspects.get(i);
        if (suspect.batch == batch && suspect.rows[0] == row && suspect.columns[0] == column) {
          return suspectValues.get(i);
        }
      }
      throw new IllegalStateException("no element was kept at row " + row + ", column " + column);
    }
  }

  private static Observed read(GemmProblem problem, GemmSample sample, OutputReader output) {
    GemmShape shape = problem.shape();
    ElementType type = problem.precision().output();
    int n = shape.n();
    Observed observed = new Observed(shape, sample);
    ByteBuffer codes =
        ByteBuffer.allocateDirect(Math.multiplyExact(n, type.bytes()))
            .order(ByteOrder.nativeOrder());
    double[] values = new double[n];
    for (int batch = 0; batch < shape.batch(); batch++) {
      for (int row = 0; row < shape.m(); row++) {
        output.readOutputRow(batch, row, codes);
        ElementCodec.decode(type, codes, n, values);
        boolean wholeRow = observed.rowIndex[row] >= 0;
        if (wholeRow) {
          System.arraycopy(values, 0, observed.rows[batch][observed.rowIndex[row]], 0, n);
        }
        for (int i = 0; i < sample.columns.length; i++) {
          observed.columns[batch][i][row] = values[sample.columns[i]];
        }
        for (int column = 0; column < n; column++) {
          if (looksUnwritten(type, values[column])
              && !wholeRow
              && observed.columnIndex[column] < 0
              && observed.suspects.size() < MOST_SUSPECTS) {
            observed.suspects.add(new Tile(batch, new int[] {row}, new int[] {column}));
            observed.suspectValues.add(values[column]);
          }
        }
      }
    }
    return observed;
  }

  /**
   * A float that is not finite is always wrong here; the most negative integer is what an unwritten
   * element holds, but a saturated one too, so those are compared one by one.
   */
  private static boolean looksUnwritten(ElementType type, double value) {
    return switch (type) {
      case INT8 -> value == Byte.MIN_VALUE;
      case INT32 -> value == Integer.MIN_VALUE;
      case FP32, FP16, BF16, FP8_E4M3, FP8_E5M2 -> !Double.isFinite(value);
    };
  }

  private static List<Tile> tiles(GemmShape shape, GemmSample sample) {
    int side = Math.max(SMALLEST_TILE, Math.min(LARGEST_TILE, TILE_NUMBERS / shape.k()));
    int[] sampled = sample.rows;
    boolean[] isSampled = new boolean[shape.m()];
    for (int row : sampled) {
      isSampled[row] = true;
    }
    int[] otherRows = IntStream.range(0, shape.m()).filter(row -> !isSampled[row]).toArray();
    int[] everyColumn = IntStream.range(0, shape.n()).toArray();

    List<Tile> tiles = new ArrayList<>();
    for (int batch = 0; batch < shape.batch(); batch++) {
      addTiles(batch, sampled, everyColumn, side, tiles);
      addTiles(batch, otherRows, sample.columns, side, tiles);
    }
    return tiles;
  }

  private static void addTiles(int batch, int[] rows, int[] columns, int side, List<Tile> tiles) {
    for (int r = 0; r < rows.length; r += side) {
      int[] someRows = Arrays.copyOfRange(rows, r, Math.min(r + side, rows.length));
      for (int c = 0; c < columns.length; c += side) {
        tiles.add(
            new Tile(
                batch,
                someRows,
                Arrays.copyOfRange(columns, c, Math.min(c + side, columns.length))));
      }
    }
  }

  private static Comparison compare(
      GemmProblem problem,
      GemmReference reference,
      GemmTolerance tolerance,
      Observed observed,
      Tile tile) {
    Comparison comparison = new Comparison();
    boolean saturates = problem.precision() == Precision.INT8_OUT8;
    reference.tile(
        tile.batch,
        tile.rows,
        tile.columns,
        (row, column, product, norm, addend, dequantization, unquantized) -> {
          double expected = product + addend;
          if (saturates) {
            expected = Math.max(Byte.MIN_VALUE, Math.min(Byte.MAX_VALUE, expected));
          }
          comparison.add(
              tile.batch,
              row,
              column,
              expected,
              observed.at(tile.batch, row, column),
              tolerance.bound(product, norm, addend),
              dequantization,
              unquantized);
        });
    return comparison;
  }

  /** Running result over elements; the order of additions is fixed, so it is reproducible. */
  private static final class Comparison {
    private long checked;
    private int batch;
    private int row;
    private int column;
    private double expected;
    private double actual;
    private double bound;
    // Error over bound; above 1 is wrong. −1 until there is an element.
    private double badness = -1.0;
    private double squaredError;
    private double squaredReference;

    void add(
        int itsBatch,
        int itsRow,
        int itsColumn,
        double itsExpected,
        double itsActual,
        double itsBound,
        double dequantization,
        double unquantized) {
      checked++;
      double itsBadness = badness(itsExpected, itsActual, itsBound, unquantized);
      if (itsBadness > badness) {
        batch = itsBatch;
        row = itsRow;
        column = itsColumn;
        expected = itsExpected;
        actual = itsActual;
        bound = itsBound;
        badness = itsBadness;
      }
      double error = itsActual * dequantization - unquantized;
      squaredError += error * error;
      squaredReference += unquantized * unquantized;
    }

    void add(Comparison other) {
      checked += other.checked;
      if (other.badness > badness) {
        batch = other.batch;
        row = other.row;
        column = other.column;
        expected = other.expected;
        actual = other.actual;
        bound = other.bound;
        badness = other.badness;
      }
      squaredError += other.squaredError;
      squaredReference += other.squaredReference;
    }

    private static double badness(
        double expected, double actual, double bound, double unquantized) {
      double error = Math.abs(actual - expected);
      if (!Double.isFinite(error) || !Double.isFinite(unquantized)) {
        return Double.POSITIVE_INFINITY;
      }
      if (error == 0.0) {
        return 0.0;
      }
      return bound == 0.0 ? Double.POSITIVE_INFINITY : error / bound;
    }

    GemmVerification toVerification(GemmProblem problem) {
      GemmShape shape = problem.shape();
      long total = (long) shape.batch() * shape.m() * shape.n();
      boolean passed = badness <= 1.0;
      return new GemmVerification(
          problem,
          checked,
          total,
          batch,
          row,
          column,
          expected,
          actual,
          bound,
          passed,
          fidelity(),
          message(problem, total, passed));
    }

    private double fidelity() {
      if (squaredError == 0.0) {
        return 1.0;
      }
      double fidelity = 1.0 - Math.sqrt(squaredError / squaredReference);
      return Double.isNaN(fidelity) ? 0.0 : Math.max(0.0, fidelity);
    }

    private String message(GemmProblem problem, long total, boolean passed) {
      String name = problem.shape().name() + " in " + problem.precision();
      if (passed) {
        return String.format(
            Locale.ROOT,
            "%s is right: %d of %d elements compared, the worst uses %.0f %% of its bound.",
            name,
            checked,
            total,
            100 * badness);
      }
      return String.format(
          Locale.ROOT,
          "%s is wrong: batch %d, row %d, column %d should be %s within %s and is %s.",
          name,
          batch,
          row,
          column,
          number(expected),
          number(bound),
          number(actual));
    }

    private static String number(double value) {
      return value == Math.rint(value) && Math.abs(value) < 1e15
          ? String.format(Locale.ROOT, "%.0f", value)
          : String.format(Locale.ROOT, "%.8g", value);
    }
  }
}
