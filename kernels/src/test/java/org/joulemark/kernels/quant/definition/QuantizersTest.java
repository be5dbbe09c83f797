package org.joulemark.kernels.quant.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.joulemark.kernels.quant.Fp16;
import org.joulemark.kernels.quant.Fp8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizersTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  /** A quantizer as tests see it: the numbers that a row's codes stand for, and its scales. */
  private record Quantizer(String name, Function<float[], Quantized> quantize) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final class Quantized {
    private final double[] values;
    private final float[] scales;
    private final int group;

    Quantized(double[] values, float[] scales, int group) {
      this.values = values;
      this.scales = scales;
      this.group = group;
    }

    double scaleAt(int index) {
      return scales[index / group];
    }
  }

  static Stream<Quantizer> integers() {
    return Stream.of(
        new Quantizer("int8 symmetric", x -> of(Int8Row.symmetric(x))),
        new Quantizer("int8 asymmetric", x -> of(Int8Row.asymmetric(x))),
        new Quantizer("int4, groups of 3", x -> of(Int4Groups.of(x, 3), 3)),
        new Quantizer("int4, groups of 128", x -> of(Int4Groups.of(x, 128), 128)));
  }

  static Stream<Quantizer> all() {
    return Stream.concat(integers(), Stream.of(new Quantizer("fp8", QuantizersTest::fp8)));
  }

  private static Quantized fp8(float[] x) {
    Fp8Row row = Fp8Row.of(x);
    double[] values = new double[x.length];
    Arrays.setAll(values, row::value);
    return new Quantized(values, new float[] {row.scale()}, Math.max(1, x.length));
  }

  private static Quantized of(Int8Row row) {
    double[] values = new double[row.codes().length];
    Arrays.setAll(values, row::value);
    return new Quantized(values, new float[] {row.scale()}, Math.max(1, values.length));
  }

  private static Quantized of(Int4Groups row, int group) {
    double[] values = new double[row.codes().length];
    Arrays.setAll(values, row::value);
    return new Quantized(values, row.scales(), group);
  }

  @ParameterizedTest
  @MethodSource("integers")
  void noNumberIsOffByMoreThanHalfAStep(Quantizer quantizer) {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 400; round++) {
      float[] x = randomRow(random, round);
      Quantized quantized = quantizer.quantize.apply(x);
      for (int k = 0; k < x.length; k++) {
        double scale = quantized.scaleAt(k);
        // Rounded: the zero point by up to half a step (so that the last code may be missing by as
        // much), the scale of INT4 to FP16, and the quotient in FP32.
        double slack = quantizer.name.equals("int8 symmetric") ? 1e-5 : 0.52;
        boolean atTheEdge = isExtreme(x, k, quantized.group);
        assertThat(Math.abs(quantized.values[k] - x[k]))
            .as("%s of %s at %s", quantizer, Arrays.toString(x), k)
            .isLessThanOrEqualTo(scale * (0.5 + (atTheEdge ? slack : 1e-4)) + Float.MIN_VALUE);
      }
    }
  }

  private static boolean isExtreme(float[] x, int k, int group) {
    int from = k / group * group;
    float low = 0;
    float high = 0;
    for (int i = from; i < Math.min(x.length, from + group); i++) {
      low = Math.min(low, x[i]);
      high = Math.max(high, x[i]);
    }
    // Within a step of either end.
    return x[k] - low < (high - low) / 15 || high - x[k] < (high - low) / 15;
  }

  private static float[] randomRow(SplittableRandom random, int round) {
    float[] x = new float[1 + random.nextInt(300)];
    double magnitude = Math.pow(10, random.nextInt(-4, 5));
    double shift = round % 3 == 0 ? 0 : random.nextDouble(-2, 2);
    for (int k = 0; k < x.length; k++) {
      x[k] = (float) (magnitude * (random.nextGaussian() + shift));
    }
    return x;
  }

  @ParameterizedTest
  @MethodSource("all")
  void zeroIsExactlyZero(Quantizer quantizer) {
    for (float other : new float[] {0, 1e-30f, 0.3f, -7, 1e30f, -Float.MAX_VALUE, INFINITY}) {
      Quantized quantized = quantizer.quantize.apply(new float[] {0, other, -0.0f});
      assertThat(quantized.values[0]).as("beside " + other).isZero();
      assertThat(quantized.values[2]).as("beside " + other).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aScaleCanAlwaysBeDividedBy(Quantizer quantizer) {
    float[][] rows = {
      {0, 0, 0},
      {3, 3, 3},
      {-3, -3},
      {INFINITY, 1},
      {INFINITY, -INFINITY},
      {Float.MAX_VALUE, -Float.MAX_VALUE},
      {Float.MIN_VALUE},
      {7 * Float.MIN_VALUE, -7 * Float.MIN_VALUE},
      {1e-9f, 2e-9f},
      {},
    };
    for (float[] row : rows) {
      Quantized quantized = quantizer.quantize.apply(row);
      for (float scale : quantized.scales) {
        assertThat(scale).as(Arrays.toString(row)).isPositive().isFinite();
      }
      for (double value : quantized.values) {
        assertThat(value).as(Arrays.toString(row)).isFinite();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void infinityDoesNotTakeTheOthersTheirCodes(Quantizer quantizer) {
    Quantized quantized = quantizer.quantize.apply(new float[] {1, -1, INFINITY});
    assertThat(quantized.values[0]).isCloseTo(1, within(0.07));
    assertThat(quantized.values[1]).isCloseTo(-1, within(0.07));
    assertThat(quantized.values[2]).isCloseTo(1, within(0.07));
  }

  @ParameterizedTest
  @MethodSource("all")
  void nanIsNotHidden(Quantizer quantizer) {
    assertThatThrownBy(() -> quantizer.quantize.apply(new float[] {1, 2, Float.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void symmetricCodesByHand() {
    Int8Row row = Int8Row.symmetric(new float[] {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -126.5f});
    assertThat(row.scale()).isEqualTo(1);
    // Ties go to even.
    assertThat(row.codes()).containsExactly(127, 0, 2, 2, 0, -2, -126);
    assertThat(Int8Row.symmetric(new float[] {-1000, 1000}, 1).codes()).containsExactly(-127, 127);
  }

  @Test
  void asymmetricCodesByHand() {
    // lo = −55, hi = 200: s = 1, z = −128 + 55.
    Int8Row row = Int8Row.asymmetric(new float[] {-55, 0, 200, 100.4f});
    assertThat(row.scale()).isEqualTo(1);
    assertThat(row.zeroPoint()).isEqualTo(-73);
    assertThat(row.codes()).containsExactly(-128, -73, 127, 27);
    // Nothing below 0: all 256 codes are above it.
    assertThat(Int8Row.asymmetric(new float[] {255, 1}).zeroPoint()).isEqualTo(-128);
    assertThat(Int8Row.asymmetric(new float[] {-255, -1}).zeroPoint()).isEqualTo(127);
  }

  @Test
  void int4CodesByHand() {
    Int4Groups row = Int4Groups.of(new float[] {-5, 10, 0, 2.5f, 30, 15}, 4);
    assertThat(row.scales()).containsExactly(1, 2);
    assertThat(row.zeroPoints()).containsExactly(5, 0);
    assertThat(row.codes()).containsExactly(0, 15, 5, 7, 15, 8);
    // A third of FP16's numbers: what the checkpoint stores is what the codes are of.
    Int4Groups third = Int4Groups.of(new float[] {1, 0.5f}, 2);
    assertThat(third.scales()[0]).isEqualTo(Fp16.decode(Fp16.encode(1 / 15f)));
  }

  @Test
  void fp8CodesByHand() {
    Fp8Row row = Fp8Row.of(new float[] {896, 2, -34, 0.001f});
    assertThat(row.scale()).isEqualTo(2);
    // 17 lies between 16 and 18: a tie, to even; a thousandth is below half the smallest number.
    assertThat(row.value(0)).isEqualTo(896);
    assertThat(row.value(1)).isEqualTo(2);
    assertThat(row.value(2)).isEqualTo(-32);
    assertThat(row.value(3)).isZero();
    assertThat(Fp8.decodeE4m3(Fp8Row.of(new float[] {-1e9f}, 1).codes()[0])).isEqualTo(-448);
  }

  @Test
  void quotientsAreDivisionsAndNotProductsWithAReciprocal() {
    SplittableRandom random = new SplittableRandom(5);
    int different = 0;
    for (int round = 0; round < 2_000_000 && different < 3; round++) {
      float scale = (float) random.nextDouble(0.001, 1);
      float x = (random.nextInt(120) + 0.5f) * scale;
      int divided = (int) Math.rint(x / scale);
      int multiplied = (int) Math.rint(x * (1 / scale));
      if (divided != multiplied) {
        different++;
        assertThat(Int8Row.symmetric(new float[] {x}, scale).codes()[0]).isEqualTo((byte) divided);
      }
    }
    assertThat(different).isEqualTo(3);
  }
}
