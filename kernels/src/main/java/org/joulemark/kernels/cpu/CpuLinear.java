package org.joulemark.kernels.cpu;

import java.util.Optional;
import org.joulemark.kernels.quant.PartScales;
import org.joulemark.kernels.quant.definition.Int4Groups;
import org.joulemark.kernels.quant.definition.Int8Row;
import org.joulemark.kernels.quant.definition.WeightRows;
import org.jspecify.annotations.Nullable;

/**
 * A linear part Y[M, N] = f(X[M, K] · W[N, K]ᵀ + b) for a fixed M, to be bound to any number of
 * weights of its size. Each kind is one way to multiply; {@link CpuLinears} chooses.
 */
interface CpuLinear {

  /** What is done with the sums before they are written. */
  enum Fused {
    /** Nothing. */
    NONE,
    /** silu(y) = y / (1 + e^−y). */
    SILU,
    /** GELU in its tanh form. */
    GELU,
    /** y · other. */
    TIMES,
    /** y + other. */
    PLUS
  }

  /** One row of W at a time. */
  @FunctionalInterface
  interface Rows {

    /** Writes row {@code row} from the array's index 0 on; called from many threads. */
    void row(int row, float[] into);

    /** As of {@link WeightRows#codes}. */
    default Optional<Int4Groups> codes(int row, int group) {
      return Optional.empty();
    }

    /** The rows of a part's weight from one on. */
    static Rows from(WeightRows weight, int first) {
      return new Rows() {
        @Override
        public void row(int row, float[] into) {
          weight.row(first + row, into);
        }

        @Override
        public Optional<Int4Groups> codes(int row, int group) {
          return weight.codes(first + row, group);
        }
      };
    }
  }

  /** What weights are made from. */
  final class WeightSource {
    private final Rows rows;
    private final float[] bias;
    private final PartScales scales;
    private final int firstRow;

    /**
     * Of a part or a piece of one.
     *
     * @param rows W
     * @param bias N numbers, read only where the part has a bias
     * @param scales what is known beforehand of the whole part
     * @param firstRow which row of the whole part W begins with
     */
    WeightSource(Rows rows, float[] bias, PartScales scales, int firstRow) {
      this.rows = rows;
      this.bias = bias;
      this.scales = scales;
      this.firstRow = firstRow;
    }

    /** W as it is. */
    Rows rows() {
      return rows;
    }

    /** [N], meaningless where the part has no bias. */
    float[] bias() {
      return bias;
    }

    /** What is known beforehand. */
    PartScales scales() {
      return scales;
    }

    /** Writes a row with each input's smoothing factor multiplied in. */
    void smoothed(int row, float[] into) {
      rows.row(row, into);
      float[] factors = scales.smoothing();
      for (int i = 0; i < factors.length; i++) {
        into[i] *= factors[i];
      }
    }

    /**
     * A row in INT8, with its known scale or its own.
     *
     * @param row receives the smoothed row
     */
    Int8Row int8(int n, float[] row) {
      smoothed(n, row);
      float[] known = scales.weightScales();
      return known.length == 0
          ? Int8Row.symmetric(row)
          : Int8Row.symmetric(row, known[firstRow + n]);
    }
  }

  /** Weights and bias as one kind of part reads them. */
  interface Weights {}

  /** One part with everything it reads and writes, ready to run. */
  interface Call {

    /** Runs it; what is written may be read when this returns. Allocates nothing. */
    void run();
  }

  /**
   * Encodes and packs W.
   *
   * @param scope owns the result
   */
  Weights pack(NativeScope scope, WeightPacker packer, WeightSource source);

  /**
   * Binds the part to memory.
   *
   * @param scope owns the arguments
   * @param weights of a part of this kind and size
   * @param other FP32, what {@link Fused#TIMES} and {@link Fused#PLUS} read; may be Y itself
   */
  Call bind(
      NativeScope scope,
      Weights weights,
      NativeMatrix x,
      NativeMatrix y,
      @Nullable NativeMatrix other);

  /** oneDNN's name for what it chose, such as {@code brg_matmul:avx512_core_amx}. */
  String implementation();
}
