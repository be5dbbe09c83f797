package org.joulemark.kernels.gemm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.Precision;

/**
 * One GEMM in FP64, tile by tile from regenerated rows: the product of the encoded operands, which
 * the device is held to (exact for integers, whose sums stay below 2⁵³), and the product of the
 * unquantized operands, which the score is held to. Thread-safe if the source is.
 */
public final class GemmReference {
  private final GemmProblem problem;
  private final OperandSource source;
  private final EncodedOperands operands;
  private final boolean quantized;

  /**
   * For the operands of {@code source}.
   *
   * @throws IllegalArgumentException for an epilogue on an integer result, which has no definition
   */
  public GemmReference(GemmProblem problem, OperandSource source) {
    if (problem.precision().output().isInteger() && problem.epilogue() != Epilogue.NONE) {
      throw new IllegalArgumentException(
          problem.precision() + " has no epilogue " + problem.epilogue().id() + ".");
    }
    this.problem = problem;
    this.source = source;
    this.operands = new EncodedOperands(problem, source);
    this.quantized = problem.precision() != Precision.FP32 && problem.precision() != Precision.TF32;
  }

  /** Receives the elements of a tile. */
  @FunctionalInterface
  public interface Sink {

    /**
     * One element of Y.
     *
     * @param row of Y
     * @param column of Y
     * @param product alpha times the sum over the encoded operands, in units of Y's codes
     * @param norm alpha·‖x∘w‖₂ over the encoded operands; 0 for integers, whose sums are exact
     * @param addend the encoded epilogue's addend
     * @param dequantization what a code of Y is to be multiplied by
     * @param unquantized the element in FP64 from operands that were never rounded
     */
    void element(
        int row,
        int column,
        double product,
        double norm,
        double addend,
        double dequantization,
        double unquantized);
  }

  /** Computes the elements at every pair of the given rows and columns of Y. */
  public void tile(int batch, int[] rows, int[] columns, Sink sink) {
    boolean integer = problem.precision().isInteger();
    double alpha = operands.alpha();
    Panel x = activations(batch, rows);
    Panel w = weights(batch, columns);
    Addends addends = addends(batch, rows, columns);

    double[] product = new double[4];
    double[] norm = new double[4];
    double[] unquantized = new double[4];
    for (int i = 0; i < rows.length; i++) {
      for (int first = 0; first < columns.length; first += 4) {
        dot4(x.decoded[i], w.decoded, first, product);
        if (!integer) {
          norm4(x.decoded[i], w.decoded, first, norm);
        }
        if (quantized) {
          dot4(x.original[i], w.original, first, unquantized);
        }
        for (int c = 0; c < 4 && first + c < columns.length; c++) {
          int j = first + c;
          sink.element(
              rows[i],
              columns[j],
              alpha * product[c],
              alpha * Math.sqrt(norm[c]),
              addends.encoded[i][j],
              x.scale[i] * w.scale[j] * operands.outputScale(),
              (quantized ? unquantized[c] : product[c]) + addends.original[i][j]);
        }
      }
    }
  }

  /** Rows of one operand: what the device sees, and what it was made from. */
  private static final class Panel {
    final double[][] decoded;
    final double[][] original;
    final double[] scale;

    Panel(int rows, int k, boolean quantized) {
      this.decoded = new double[rows][k];
      this.original = quantized ? new double[rows][k] : decoded;
      this.scale = new double[rows];
    }
  }

  /** What the epilogue adds to a tile: as the device sees it, and what that was made from. */
  private static final class Addends {
    final double[][] encoded;
    final double[][] original;

    Addends(int rows, int columns) {
      this.encoded = new double[rows][columns];
      this.original = new double[rows][columns];
    }
  }

  private Panel activations(int batch, int[] rows) {
    Panel panel = new Panel(rows.length, problem.shape().k(), quantized);
    float[] values = new float[problem.shape().k()];
    for (int i = 0; i < rows.length; i++) {
      operands.decodedActivationRow(batch, rows[i], panel.decoded[i]);
      if (quantized) {
        source.activationRow(batch, rows[i], values);
        widen(values, panel.original[i]);
      }
      panel.scale[i] = operands.hasRowScales() ? operands.activationScale(batch, rows[i]) : 1.0;
    }
    return panel;
  }

  private Panel weights(int batch, int[] rows) {
    Panel panel = new Panel(rows.length, problem.shape().k(), quantized);
    float[] values = new float[problem.shape().k()];
    for (int i = 0; i < rows.length; i++) {
      operands.decodedWeightRow(batch, rows[i], panel.decoded[i]);
      if (quantized) {
        source.weightRow(batch, rows[i], values);
        widen(values, panel.original[i]);
      }
      panel.scale[i] = operands.hasRowScales() ? operands.weightScale(batch, rows[i]) : 1.0;
    }
    return panel;
  }

  private Addends addends(int batch, int[] rows, int[] columns) {
    Addends addends = new Addends(rows.length, columns.length);
    if (problem.epilogue() == Epilogue.NONE) {
      return addends;
    }
    int n = problem.shape().n();
    float[] values = new float[n];
    ByteBuffer codes =
        ByteBuffer.allocate(n * problem.precision().output().bytes())
            .order(ByteOrder.nativeOrder());
    for (int i = 0; i < rows.length; i++) {
      if (problem.epilogue() == Epilogue.RESIDUAL) {
        source.residualRow(batch, rows[i], values);
        operands.encodeResidualRow(batch, rows[i], codes);
      } else if (i == 0) {
        source.bias(batch, values);
        operands.encodeBias(batch, codes);
      }
      for (int j = 0; j < columns.length; j++) {
        addends.encoded[i][j] =
            ElementCodec.decode(problem.precision().output(), codes, columns[j]);
        addends.original[i][j] = values[columns[j]];
      }
    }
    return addends;
  }

  private static void widen(float[] from, double[] into) {
    for (int i = 0; i < into.length; i++) {
      into[i] = from[i];
    }
  }

  /** Four dot products at a time: four independent chains of additions keep the core busy. */
  private static void dot4(double[] x, double[][] w, int first, double[] into) {
    int last = w.length - 1;
    double[] w0 = w[first];
    double[] w1 = w[Math.min(first + 1, last)];
    double[] w2 = w[Math.min(first + 2, last)];
    double[] w3 = w[Math.min(first + 3, last)];
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int i = 0; i < x.length; i++) {
      double value = x[i];
      sum0 += value * w0[i];
      sum1 += value * w1[i];
      sum2 += value * w2[i];
      sum3 += value * w3[i];
    }
    into[0] = sum0;
    into[1] = sum1;
    into[2] = sum2;
    into[3] = sum3;
  }

  /** Four sums of squared products at a time. */
  private static void norm4(double[] x, double[][] w, int first, double[] into) {
    int last = w.length - 1;
    double[] w0 = w[first];
    double[] w1 = w[Math.min(first + 1, last)];
    double[] w2 = w[Math.min(first + 2, last)];
    double[] w3 = w[Math.min(first + 3, last)];
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int i = 0; i < x.length; i++) {
      double square = x[i] * x[i];
      sum0 += square * (w0[i] * w0[i]);
      sum1 += square * (w1[i] * w1[i]);
      sum2 += square * (w2[i] * w2[i]);
      sum3 += square * (w3[i] * w3[i]);
    }
    into[0] = sum0;
    into[1] = sum1;
    into[2] = sum2;
    into[3] = sum3;
  }
}
