package org.joulemark.kernels.cpu;

import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearScheme;
import org.jspecify.annotations.Nullable;

/**
 * Looks at X before each call and multiplies in INT8 or plainly; the weights of both are kept. X's
 * moments are summed in FP64.
 */
final class DynamicLinear implements CpuLinear {
  private final LinearScheme.Dynamic scheme;
  private final DnnlLinear.Spec spec;
  private final ElementType seen;
  private final Int8Linear int8;
  private final DnnlLinear plain;
  private final float[] row;
  private final DecisionCounter counter;

  /**
   * Over both ways.
   *
   * @param seen the format that activations are rounded to before they are looked at
   * @param plain takes X in X's own format
   * @param counter is told of every call
   */
  DynamicLinear(
      LinearScheme.Dynamic scheme,
      DnnlLinear.Spec spec,
      ElementType seen,
      Int8Linear int8,
      DnnlLinear plain,
      DecisionCounter counter) {
    this.scheme = scheme;
    this.spec = spec;
    this.seen = seen;
    this.int8 = int8;
    this.plain = plain;
    this.row = new float[spec.k()];
    this.counter = counter;
  }

  /** What is multiplied in INT8. */
  Int8Linear int8() {
    return int8;
  }

  /** What is multiplied plainly. */
  DnnlLinear plain() {
    return plain;
  }

  private record Both(Weights int8, Weights plain) implements Weights {}

  @Override
  public Weights pack(NativeScope scope, WeightPacker packer, WeightSource source) {
    return new Both(int8.pack(scope, packer, source), plain.pack(scope, packer, source));
  }

  @Override
  public Call bind(
      NativeScope scope,
      Weights weights,
      NativeMatrix x,
      NativeMatrix y,
      @Nullable NativeMatrix other) {
    if (!(weights instanceof Both both)) {
      throw new IllegalArgumentException("weights of another kind of part");
    }
    Call quantized = int8.bind(scope, both.int8(), x, y, other);
    Call exact = plain.bind(scope, both.plain(), x, y, other);
    return () -> {
      long begun = System.nanoTime();
      boolean inInt8 = quantizesWell(x);
      counter.decided(inInt8, System.nanoTime() - begun);
      if (inInt8) {
        quantized.run();
      } else {
        exact.run();
      }
    };
  }

  private boolean quantizesWell(NativeMatrix x) {
    double squares = 0;
    double fourths = 0;
    for (int m = 0; m < spec.m(); m++) {
      x.get(m, 0, row, 0, row.length);
      for (float number : row) {
        float value = ElementCodec.round(seen, number);
        double square = (double) value * value;
        squares += square;
        fourths += square * square;
      }
    }
    if (squares == 0) {
      return true;
    }
    double count = (double) spec.m() * spec.k();
    double limit = LinearScheme.Dynamic.OUTLIER_RMS * Math.sqrt(squares / count);
    long outliers = 0;
    for (int m = 0; m < spec.m(); m++) {
      x.get(m, 0, row, 0, row.length);
      for (float value : row) {
        if (Math.abs(ElementCodec.round(seen, value)) > limit) {
          outliers++;
        }
      }
    }
    double kurtosis = fourths * count / (squares * squares);
    return outliers / count <= scheme.outlierShare() && kurtosis <= scheme.kurtosis();
  }

  @Override
  public String implementation() {
    return int8.implementation() + " | " + plain.implementation();
  }
}
