package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.joulemark.kernels.model.LayerTensors;
import org.joulemark.kernels.model.TensorSource;
import org.joulemark.kernels.quant.LayerScales;
import org.joulemark.kernels.quant.LinearDefinition;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.quant.Strategy;

/**
 * Holds what a linear part gives by itself against its strategy's definition. The engine quantizes
 * the very numbers that the definition does, so codes are equal and only the base precision's
 * rounding of Y remains: bounds are tight, for the whole and for each channel by itself, which one
 * channel's wrong scale leaves. At real sizes some rows are computed in FP64; every number of the
 * others must be finite.
 */
public final class LinearVerifier {
  /** Rows that are compared where the caller does not say. */
  public static final int DEFAULT_ROWS = 8;

  // A channel has few numbers, whose norm sums may cancel to; and a code on the border of two.
  private static final double CHANNEL = 8;

  private LinearVerifier() {}

  /**
   * Compares {@value #DEFAULT_ROWS} rows with what the strategy defines, and with the product that
   * nothing is quantized in.
   *
   * @param source the tensors that the engine was given
   * @param output [M, N]
   * @throws IllegalArgumentException if the output has another shape
   */
  public static LayerVerification verify(
      LinearProblem problem, TensorSource source, HostTensor output) {
    if (!output.dimensions().equals(List.of(problem.tokens(), problem.outputs()))) {
      throw new IllegalArgumentException(
          output
              + " is not the output of a part over ["
              + problem.tokens()
              + ", "
              + problem.outputs()
              + "].");
    }
    // What is not finite differs even from itself.
    TensorComparison finite = TensorComparison.of(output.name(), output, output, 0);
    if (!finite.passed()) {
      return LayerVerification.plain(finite);
    }
    int[] rows = rows(problem.tokens());
    HostTensor actual = picked(output, rows);
    HostTensor defined = product(problem, problem.strategy(), problem.layerScales(), source, rows);
    double bound = PassTolerance.of(problem.precision()).relativeFrobenius();
    TensorComparison distance = TensorComparison.of(output.name(), defined, actual, bound);
    TensorComparison channel = worstChannel(distance, defined, actual, CHANNEL * bound);
    HostTensor unquantized =
        problem.strategy().isPlain()
            ? defined
            : product(problem, Strategy.plain(Precision.FP32), LayerScales.NONE, source, rows);
    return new LayerVerification(
        List.of(distance, channel),
        Displacement.of(output.name() + "/displacement", defined, unquantized, actual, bound),
        TensorComparison.of(output.name() + "/unquantized", unquantized, actual, Double.MAX_VALUE));
  }

  /** The channel whose error is largest in relation to a channel of usual size. */
  private static TensorComparison worstChannel(
      TensorComparison whole, HostTensor defined, HostTensor actual, double bound) {
    int channels = defined.columns();
    double[] errors = new double[channels];
    double squares = 0;
    for (int i = 0; i < defined.values().length; i++) {
      double error = actual.values()[i] - defined.values()[i];
      errors[i % channels] += error * error;
      squares += (double) defined.values()[i] * defined.values()[i];
    }
    double largest = 0;
    for (double error : errors) {
      largest = Math.max(largest, error);
    }
    double relative = largest == 0 ? 0 : Math.sqrt(largest * channels / squares);
    return new TensorComparison(
        whole.name() + "/channel",
        whole.elements(),
        whole.maxAbsolute(),
        relative,
        whole.worstIndex(),
        whole.worstExpected(),
        whole.worstActual(),
        bound,
        relative <= bound);
  }

  /** Some rows of Y in FP64; X as it is stored, where anything is quantized. */
  private static HostTensor product(
      LinearProblem problem,
      Strategy strategy,
      LayerScales scales,
      TensorSource source,
      int[] rows) {
    TensorSource given = LayerVerifier.stored(problem.precision(), source);
    ReferencePart part =
        new ReferencePart(
            problem.part(),
            problem.shape(),
            LayerTensors.alone(problem.shape()),
            strategy.isPlain() ? source : given,
            strategy,
            scales,
            PartObserver.NONE,
            Jitter.NONE);
    boolean all = problem.looksAtAllRows() && !strategy.isPlain();
    int[] read = all ? IntStream.range(0, problem.tokens()).toArray() : rows;
    LinearDefinition.Call call = part.call(x(problem, strategy.isPlain() ? source : given, read));
    double[][] activations = call.activations();
    if (all) {
      List<double[]> picked = new ArrayList<>();
      for (int row : rows) {
        picked.add(activations[row]);
      }
      activations = picked.toArray(double[][]::new);
    }
    double[][] y = part.product(call, activations, 0, problem.outputs());
    float[] values = new float[rows.length * problem.outputs()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) y[i / problem.outputs()][i % problem.outputs()];
    }
    return new HostTensor("reference", List.of(rows.length, problem.outputs()), values);
  }

  private static double[][] x(LinearProblem problem, TensorSource source, int[] rows) {
    double[][] x = new double[rows.length][problem.inputs()];
    for (int m = 0; m < rows.length; m++) {
      float[] row = ReferenceMath.row(source, problem.input(), rows[m]);
      for (int k = 0; k < row.length; k++) {
        x[m][k] = row[k];
      }
    }
    return x;
  }

  private static HostTensor picked(HostTensor output, int[] rows) {
    int columns = output.columns();
    float[] values = new float[rows.length * columns];
    for (int m = 0; m < rows.length; m++) {
      System.arraycopy(output.values(), rows[m] * columns, values, m * columns, columns);
    }
    return new HostTensor(output.name(), List.of(rows.length, columns), values);
  }

  private static int[] rows(int tokens) {
    return LayerVerifier.chosen(tokens, DEFAULT_ROWS);
  }
}
