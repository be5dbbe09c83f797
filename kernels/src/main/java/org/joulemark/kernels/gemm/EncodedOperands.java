package org.joulemark.kernels.gemm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;

/**
 * The operands of one GEMM as the hardware sees them: codes in the precision's formats, with value
 * ≈ scale · code.
 *
 * <ul>
 *   <li>Floating-point formats but FP8: the nearest code, scale 1.
 *   <li>{@link Precision#INT8}: symmetric with one dynamic scale per row, the row's largest
 *       magnitude / 127 (1 for a row of zeros); codes in [−127, 127].
 *   <li>{@link Precision#INT8_OUT8}: symmetric with one static scale per tensor, {@link
 *       OperandDistribution#range()} / 127, so that the whole result has one scale too; saturating
 *       at ±127.
 *   <li>FP8: one static scale per tensor, {@link OperandDistribution#range()} / largest finite
 *       value; saturating.
 * </ul>
 *
 * All rounding is to nearest, ties to even. An integer format has no NaN: a NaN becomes code 0
 * there, and {@link GemmVerifier} finds it through the unquantized product.
 *
 * <p>Rows are made when asked for and not kept. Thread-safe if the source is; each caller brings
 * its own buffer.
 */
public final class EncodedOperands {
  private static final double INT8_MAX = 127.0;
  // How many standard deviations of Y the INT8 output range covers.
  private static final double OUTPUT_DEVIATIONS = 6.0;

  private final GemmProblem problem;
  private final OperandSource source;
  private final Precision precision;
  private final int n;
  private final int k;
  private final ThreadLocal<float[]> scratch;

  /** The operands of {@code source} in the problem's formats. */
  public EncodedOperands(GemmProblem problem, OperandSource source) {
    this.problem = problem;
    this.source = source;
    this.precision = problem.precision();
    this.n = problem.shape().n();
    this.k = problem.shape().k();
    int longest = Math.max(n, k);
    this.scratch = ThreadLocal.withInitial(() -> new float[longest]);
  }

  /** What is multiplied. */
  public GemmProblem problem() {
    return problem;
  }

  /**
   * Writes the K codes of row {@code row} of X from the buffer's index 0 on, in native byte order,
   * whatever the buffer's position and order; changes neither.
   */
  public void encodeActivationRow(int batch, int row, ByteBuffer into) {
    float[] values = scratch.get();
    source.activationRow(batch, row, values);
    encode(precision.activation(), values, into);
  }

  /**
   * Writes the K codes of row {@code row} of W from the buffer's index 0 on, in native byte order,
   * whatever the buffer's position and order; changes neither.
   */
  public void encodeWeightRow(int batch, int row, ByteBuffer into) {
    float[] values = scratch.get();
    source.weightRow(batch, row, values);
    encode(precision.weight(), values, into);
  }

  /**
   * Writes the N numbers of the bias in the output format, as {@link #encodeActivationRow} writes.
   *
   * @throws IllegalArgumentException for an integer output format, which has no epilogue
   */
  public void encodeBias(int batch, ByteBuffer into) {
    float[] values = scratch.get();
    source.bias(batch, values);
    ElementCodec.encode(precision.output(), values, n, into);
  }

  /**
   * Writes the N numbers of row {@code row} of the residual in the output format, as {@link
   * #encodeActivationRow} writes.
   *
   * @throws IllegalArgumentException for an integer output format, which has no epilogue
   */
  public void encodeResidualRow(int batch, int row, ByteBuffer into) {
    float[] values = scratch.get();
    source.residualRow(batch, row, values);
    ElementCodec.encode(precision.output(), values, n, into);
  }

  /** What a code of row {@code row} of X is to be multiplied by. */
  public double activationScale(int batch, int row) {
    if (!hasRowScales()) {
      return staticScale(precision.activation());
    }
    float[] values = scratch.get();
    source.activationRow(batch, row, values);
    return rowScale(values);
  }

  /** What a code of row {@code row} of W is to be multiplied by. */
  public double weightScale(int batch, int row) {
    if (!hasRowScales()) {
      return staticScale(precision.weight());
    }
    float[] values = scratch.get();
    source.weightRow(batch, row, values);
    return rowScale(values);
  }

  /**
   * What a code of Y is to be multiplied by: for {@link Precision#INT8_OUT8} 6 σ² √K / 127, where
   * σ² is the variance of one operand element ({@code NORMAL} 1, {@code UNIFORM} 1/3), so that six
   * standard deviations of Y fit; 1 for every other precision.
   */
  public double outputScale() {
    if (precision != Precision.INT8_OUT8) {
      return 1.0;
    }
    double variance =
        switch (problem.data()) {
          // Zeros have no spread; any scale will do, and this one keeps alpha finite.
          case NORMAL, ZEROS -> 1.0;
          case UNIFORM -> 1.0 / 3.0;
        };
    return OUTPUT_DEVIATIONS * variance * Math.sqrt(k) / INT8_MAX;
  }

  /**
   * What the device multiplies the accumulator by: the product of the two static scales for FP8,
   * that product / {@link #outputScale()} for {@link Precision#INT8_OUT8}, 1 for every other
   * precision.
   */
  public double alpha() {
    if (!precision.isFp8() && precision != Precision.INT8_OUT8) {
      return 1.0;
    }
    return staticScale(precision.activation()) * staticScale(precision.weight()) / outputScale();
  }

  /**
   * The values that the K codes of row {@code row} of X stand for, without scale: for INT8 the
   * integers themselves.
   */
  public void decodedActivationRow(int batch, int row, double[] into) {
    float[] values = scratch.get();
    source.activationRow(batch, row, values);
    decode(precision.activation(), values, into);
  }

  /**
   * The values that the K codes of row {@code row} of W stand for, without scale: for INT8 the
   * integers themselves.
   */
  public void decodedWeightRow(int batch, int row, double[] into) {
    float[] values = scratch.get();
    source.weightRow(batch, row, values);
    decode(precision.weight(), values, into);
  }

  /** Whether each row has a scale of its own, rather than the tensor one. */
  public boolean hasRowScales() {
    return precision == Precision.INT8;
  }

  private double staticScale(ElementType type) {
    return precision.isFp8() || precision == Precision.INT8_OUT8
        ? problem.data().range() / ElementCodec.maxFinite(type)
        : 1.0;
  }

  private double rowScale(float[] values) {
    float largest = 0.0f;
    for (int i = 0; i < k; i++) {
      float magnitude = Math.abs(values[i]);
      if (magnitude > largest) {
        largest = magnitude;
      }
    }
    return largest == 0.0f ? 1.0 : largest / INT8_MAX;
  }

  private void encode(ElementType type, float[] values, ByteBuffer into) {
    if (type.isInteger()) {
      double inverse = 1.0 / integerScale(type, values);
      ByteBuffer target = into.duplicate().clear().order(ByteOrder.nativeOrder());
      for (int i = 0; i < k; i++) {
        target.put(i, (byte) integerCode(values[i], inverse));
      }
    } else {
      unscale(type, values);
      ElementCodec.encode(type, values, k, into);
    }
  }

  private void decode(ElementType type, float[] values, double[] into) {
    if (type.isInteger()) {
      double inverse = 1.0 / integerScale(type, values);
      for (int i = 0; i < k; i++) {
        into[i] = integerCode(values[i], inverse);
      }
    } else {
      unscale(type, values);
      for (int i = 0; i < k; i++) {
        into[i] = ElementCodec.round(type, values[i]);
      }
    }
  }

  private double integerScale(ElementType type, float[] values) {
    return hasRowScales() ? rowScale(values) : staticScale(type);
  }

  private static int integerCode(float value, double inverseScale) {
    return (int) Math.rint(Math.max(-INT8_MAX, Math.min(INT8_MAX, value * inverseScale)));
  }

  private void unscale(ElementType type, float[] values) {
    double scale = staticScale(type);
    if (scale == 1.0) {
      return;
    }
    for (int i = 0; i < k; i++) {
      values[i] = (float) (values[i] / scale);
    }
  }
}
