package org.joulemark.kernels.gemm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Fp16;
import org.joulemark.kernels.quant.Precision;

/**
 * A device made of plain Java: multiplies encoded operands in the precision's own accumulator, term
 * after term, and can be told to make one of the mistakes that real kernels make.
 */
final class HostGemm implements OutputReader {

  /** A mistake. */
  enum Fault {
    NONE,
    DROP_LAST_TERM,
    SKIP_FIRST_TERM,
    SHIFT_ACTIVATIONS,
    SWAP_TWO_ROWS,
    NO_EPILOGUE,
    EPILOGUE_OF_NEXT_COLUMN,
    TRANSPOSED_BATCH
  }

  private final GemmProblem problem;
  private final ByteBuffer output;

  HostGemm(GemmProblem problem, OperandSource source, Fault fault) {
    this.problem = problem;
    GemmShape shape = problem.shape();
    Precision precision = problem.precision();
    EncodedOperands operands = new EncodedOperands(problem, source);
    this.output =
        ByteBuffer.allocate(shape.batch() * shape.m() * shape.n() * precision.output().bytes())
            .order(ByteOrder.nativeOrder());
    double[] x = new double[shape.k()];
    double[] w = new double[shape.k()];
    int first = fault == Fault.SKIP_FIRST_TERM ? 1 : 0;
    int last = fault == Fault.DROP_LAST_TERM ? shape.k() - 1 : shape.k();
    int shift = fault == Fault.SHIFT_ACTIVATIONS ? 1 : 0;
    for (int batch = 0; batch < shape.batch(); batch++) {
      int from = fault == Fault.TRANSPOSED_BATCH ? shape.batch() - 1 - batch : batch;
      for (int row = 0; row < shape.m(); row++) {
        int sourceRow = fault == Fault.SWAP_TWO_ROWS && row < 2 ? 1 - row : row;
        operands.decodedActivationRow(from, sourceRow, x);
        for (int column = 0; column < shape.n(); column++) {
          operands.decodedWeightRow(batch, column, w);
          double sum = 0;
          for (int i = first; i < last; i++) {
            double a = x[Math.min(i + shift, shape.k() - 1)];
            sum = accumulate(precision, sum, read(precision, a), read(precision, w[i]));
          }
          double addend =
              fault == Fault.NO_EPILOGUE
                  ? 0
                  : addend(
                      operands,
                      batch,
                      row,
                      fault == Fault.EPILOGUE_OF_NEXT_COLUMN ? (column + 1) % shape.n() : column);
          set(batch, row, column, operands.alpha() * sum + addend);
        }
      }
    }
  }

  private static double read(Precision precision, double value) {
    if (precision != Precision.TF32) {
      return value;
    }
    return Float.intBitsToFloat(Float.floatToRawIntBits((float) value) & ~0x1fff);
  }

  private static double accumulate(Precision precision, double sum, double x, double w) {
    return switch (precision.accumulator()) {
      case FP32 -> (float) (sum + x * w);
      case FP16 -> Fp16.decode(Fp16.encode((float) (sum + x * w)));
      case INT32 -> sum + x * w;
      default -> throw new IllegalArgumentException(precision.accumulator().name());
    };
  }

  private double addend(EncodedOperands operands, int batch, int row, int column) {
    if (problem.epilogue() == Epilogue.NONE) {
      return 0;
    }
    ElementType type = problem.precision().output();
    ByteBuffer codes =
        ByteBuffer.allocate(problem.shape().n() * type.bytes()).order(ByteOrder.nativeOrder());
    if (problem.epilogue() == Epilogue.BIAS) {
      operands.encodeBias(batch, codes);
    } else {
      operands.encodeResidualRow(batch, row, codes);
    }
    return ElementCodec.decode(type, codes, column);
  }

  /** Overwrites one element, rounding to the output format. */
  void set(int batch, int row, int column, double value) {
    ElementType type = problem.precision().output();
    int index = index(batch, row, column);
    if (type == ElementType.INT32) {
      output.putInt(4 * index, (int) value);
    } else if (type == ElementType.INT8) {
      output.put(index, (byte) Math.max(-128, Math.min(127, Math.rint(value))));
    } else {
      ByteBuffer one = output.slice(index * type.bytes(), type.bytes());
      ElementCodec.encode(type, new float[] {(float) value}, 1, one);
    }
  }

  /** Overwrites one element with what {@code poisonOutput} leaves. */
  void poison(int batch, int row, int column) {
    ElementType type = problem.precision().output();
    set(
        batch,
        row,
        column,
        type == ElementType.INT32
            ? Integer.MIN_VALUE
            : type == ElementType.INT8 ? Byte.MIN_VALUE : Double.NaN);
  }

  double get(int batch, int row, int column) {
    return ElementCodec.decode(problem.precision().output(), output, index(batch, row, column));
  }

  private int index(int batch, int row, int column) {
    return (batch * problem.shape().m() + row) * problem.shape().n() + column;
  }

  @Override
  public void readOutputRow(int batch, int row, ByteBuffer into) {
    int rowBytes = problem.shape().n() * problem.precision().output().bytes();
    into.put(0, output, index(batch, row, 0) * problem.precision().output().bytes(), rowBytes);
  }
}
