package org.joulemark.kernels.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.joulemark.kernels.quant.ElementCodec;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodedOperandsTest {
  private static final int K = 33;
  private static final GemmShape SHAPE = new GemmShape("test", 1, 2, 3, K);

  private static EncodedOperands of(Precision precision, float... row) {
    GemmProblem problem = GemmProblem.of(SHAPE, precision);
    return new EncodedOperands(problem, new FixedRow(row));
  }

  /** The same row everywhere. */
  private static final class FixedRow implements OperandSource {
    private final float[] row;

    FixedRow(float[] row) {
      this.row = row;
    }

    @Override
    public void activationRow(int batch, int r, float[] into) {
      System.arraycopy(row, 0, into, 0, row.length);
    }

    @Override
    public void weightRow(int batch, int r, float[] into) {
      System.arraycopy(row, 0, into, 0, row.length);
    }

    @Override
    public void bias(int batch, float[] into) {
      System.arraycopy(row, 0, into, 0, SHAPE.n());
    }

    @Override
    public void residualRow(int batch, int r, float[] into) {
      System.arraycopy(row, 0, into, 0, SHAPE.n());
    }
  }

  private static float[] seededRow() {
    float[] row = new float[K];
    new SeededOperands(GemmProblem.of(SHAPE, Precision.FP32)).activationRow(0, 0, row);
    return row;
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void codesTimesScaleAreTheValuesWithinTheFormatsRounding(Precision precision) {
    float[] row = seededRow();
    EncodedOperands operands = of(precision, row);
    ByteBuffer codes = ByteBuffer.allocateDirect(K * 4);
    double[] decoded = new double[K];

    operands.encodeActivationRow(0, 0, codes);
    operands.decodedActivationRow(0, 0, decoded);
    assertHolds(precision.activation(), row, operands.activationScale(0, 0), codes, decoded);

    operands.encodeWeightRow(0, 0, codes);
    operands.decodedWeightRow(0, 0, decoded);
    assertHolds(precision.weight(), row, operands.weightScale(0, 0), codes, decoded);
  }

  private static void assertHolds(
      ElementType type, float[] row, double scale, ByteBuffer codes, double[] decoded) {
    double[] stored = new double[K];
    ElementCodec.decode(type, codes, K, stored);
    assertThat(decoded).isEqualTo(stored);
    for (int i = 0; i < K; i++) {
      double error = Math.abs(decoded[i] * scale - row[i]);
      double allowed =
          type.isInteger()
              ? scale / 2
              : Math.abs(row[i]) * type.unitRoundoff() * (1 + 1e-6) + scale * 0x1p-10;
      assertThat(error).as("element %d", i).isLessThanOrEqualTo(allowed * (1 + 1e-9));
    }
  }

  @Test
  void int8UsesItsWholeRangeSymmetricallyAndRoundsTiesToEven() {
    float[] row = new float[K];
    row[0] = -127;
    row[1] = 126.5f;
    row[2] = 0.5f;
    row[3] = 1.5f;
    row[4] = -2.5f;
    EncodedOperands operands = of(Precision.INT8, row);
    double[] decoded = new double[K];
    operands.decodedActivationRow(0, 0, decoded);
    assertThat(operands.activationScale(0, 0)).isEqualTo(1.0);
    assertThat(decoded).startsWith(-127, 126, 0, 2, -2);
  }

  @Test
  void aRowOfZerosHasScaleOneAndCodesZero() {
    EncodedOperands operands = of(Precision.INT8, new float[K]);
    double[] decoded = new double[K];
    operands.decodedWeightRow(0, 0, decoded);
    assertThat(operands.weightScale(0, 0)).isEqualTo(1.0);
    assertThat(decoded).containsOnly(0.0);
  }

  @Test
  void staticScalesSaturate() {
    float[] row = new float[K];
    row[0] = 60;
    row[1] = -60;
    row[2] = Float.NaN;
    double[] decoded = new double[K];
    EncodedOperands int8 = of(Precision.INT8_OUT8, row);
    int8.decodedActivationRow(0, 0, decoded);
    assertThat(int8.activationScale(0, 0)).isEqualTo(6.0 / 127);
    assertThat(decoded).startsWith(127, -127, 0);

    EncodedOperands fp8 = of(Precision.FP8_E5M2, row);
    fp8.decodedActivationRow(0, 0, decoded);
    assertThat(fp8.activationScale(0, 0)).isEqualTo(6.0 / 57344);
    assertThat(decoded).startsWith(57344, -57344, Double.NaN);
    fp8.decodedWeightRow(0, 0, decoded);
    assertThat(fp8.weightScale(0, 0)).isEqualTo(6.0 / 448);
    assertThat(decoded).startsWith(448, -448, Double.NaN);
  }

  @Test
  void alphaIsWhatTheDeviceMultipliesTheAccumulatorBy() {
    float[] row = seededRow();
    assertThat(of(Precision.FP16, row).alpha()).isEqualTo(1.0);
    assertThat(of(Precision.INT8, row).alpha()).isEqualTo(1.0);
    assertThat(of(Precision.FP8_E4M3, row).alpha()).isCloseTo(6.0 / 448 * 6.0 / 448, within(1e-12));
    EncodedOperands out8 = of(Precision.INT8_OUT8, row);
    assertThat(out8.outputScale()).isCloseTo(6 * Math.sqrt(K) / 127, within(1e-12));
    assertThat(out8.alpha() * out8.outputScale()).isCloseTo(6.0 / 127 * 6.0 / 127, within(1e-12));
  }

  @Test
  void epiloguesAreInTheOutputFormat() {
    float[] row = seededRow();
    ByteBuffer codes = ByteBuffer.allocate(2 * SHAPE.n()).order(ByteOrder.nativeOrder());
    of(Precision.BF16, row).encodeBias(0, codes);
    for (int i = 0; i < SHAPE.n(); i++) {
      assertThat(ElementCodec.decode(ElementType.BF16, codes, i))
          .isEqualTo(ElementCodec.round(ElementType.BF16, row[i]));
    }
    assertThatThrownBy(() -> of(Precision.INT8, row).encodeResidualRow(0, 0, codes))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
