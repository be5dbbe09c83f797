package org.joulemark.kernels.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every code of every small float format, against the format's definition in exact arithmetic. */
class SmallFloatTest {

  /**
   * A format by its definition.
   *
   * @param infinities whether the top exponent is infinity and NaN, as in IEEE 754
   * @param saturates whether too large becomes the largest finite value
   */
  record Format(
      String name,
      int bits,
      int mantissaBits,
      int bias,
      boolean infinities,
      boolean saturates,
      IntToDoubleFunction decode,
      ToIntFunction<Float> encode) {

    int codes() {
      return 1 << bits;
    }

    int signBit() {
      return 1 << (bits - 1);
    }

    /** The value by the textbook formula. */
    double definition(int code) {
      int magnitude = code & (signBit() - 1);
      int exponent = magnitude >> mantissaBits;
      int mantissa = magnitude & ((1 << mantissaBits) - 1);
      int topExponent = (1 << (bits - 1 - mantissaBits)) - 1;
      double sign = (code & signBit()) == 0 ? 1 : -1;
      if (infinities && exponent == topExponent) {
        return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
      }
      if (!infinities && magnitude == signBit() - 1) {
        return Double.NaN;
      }
      double ulp = Math.scalb(1.0, Math.max(exponent, 1) - bias - mantissaBits);
      return sign * ((exponent == 0 ? 0 : 1 << mantissaBits) + mantissa) * ulp;
    }

    List<Integer> finitePositiveCodes() {
      List<Integer> codes = new ArrayList<>();
      for (int code = 0; code < signBit(); code++) {
        if (Double.isFinite(definition(code))) {
          codes.add(code);
        }
      }
      return codes;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Format> formats() {
    return Stream.of(
        new Format(
            "FP16",
            16,
            10,
            15,
            true,
            false,
            code -> Fp16.decode((short) code),
            value -> Fp16.encode(value) & 0xffff),
        new Format(
            "BF16",
            16,
            7,
            127,
            true,
            false,
            code -> Bf16.decode((short) code),
            value -> Bf16.encode(value) & 0xffff),
        new Format(
            "E4M3",
            8,
            3,
            7,
            false,
            true,
            code -> Fp8.decodeE4m3((byte) code),
            value -> Fp8.encodeE4m3(value) & 0xff),
        new Format(
            "E5M2",
            8,
            2,
            15,
            true,
            true,
            code -> Fp8.decodeE5m2((byte) code),
            value -> Fp8.encodeE5m2(value) & 0xff));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void decodesEveryCodeAsDefined(Format format) {
    for (int code = 0; code < format.codes(); code++) {
      assertThat(format.decode.applyAsDouble(code))
          .as("code 0x%x", code)
          .isEqualTo(Double.valueOf(format.definition(code)));
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void encodesEveryValueAsItsOwnCode(Format format) {
    int largest = largestCode(format);
    for (int code = 0; code < format.codes(); code++) {
      double value = format.decode.applyAsDouble(code);
      int back = format.encode.applyAsInt((float) value);
      if (Double.isNaN(value)) {
        assertThat(format.definition(back)).as("code 0x%x", code).isNaN();
      } else if (Double.isInfinite(value) && format.saturates) {
        assertThat(back).isEqualTo((code & format.signBit()) | largest);
      } else {
        assertThat(back).as("code 0x%x", code).isEqualTo(code);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void roundsToNearestWithTiesToEven(Format format) {
    List<Integer> codes = format.finitePositiveCodes();
    for (int i = 0; i + 1 < codes.size(); i++) {
      int low = codes.get(i);
      int high = codes.get(i + 1);
      double middle = (format.definition(low) + format.definition(high)) / 2;
      float tie = (float) middle;
      assertThat((double) tie).isEqualTo(middle);
      int even = (low & 1) == 0 ? low : high;
      assertThat(format.encode.applyAsInt(tie)).as("tie above 0x%x", low).isEqualTo(even);
      assertThat(format.encode.applyAsInt(-tie)).isEqualTo(even | format.signBit());
      assertThat(format.encode.applyAsInt(Math.nextDown(tie))).isEqualTo(low);
      assertThat(format.encode.applyAsInt(Math.nextUp(tie))).isEqualTo(high);
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void overflowsAtTheMiddleAboveTheLargestValue(Format format) {
    int largest = largestCode(format);
    double value = format.definition(largest);
    double halfStep = (value - format.definition(largest - 1)) / 2;
    int beyond = format.saturates ? largest : largest + 1;
    assertThat(format.encode.applyAsInt(Math.nextDown((float) (value + halfStep))))
        .isEqualTo(largest);
    assertThat(format.encode.applyAsInt((float) (value + halfStep))).isEqualTo(beyond);
    assertThat(format.encode.applyAsInt(Float.MAX_VALUE)).isEqualTo(beyond);
    assertThat(format.encode.applyAsInt(Float.POSITIVE_INFINITY)).isEqualTo(beyond);
    assertThat(format.encode.applyAsInt(Float.NEGATIVE_INFINITY))
        .isEqualTo(beyond | format.signBit());
  }

  @ParameterizedTest
  @MethodSource("formats")
  void keepsNaNsAndZeros(Format format) {
    for (int payload : new int[] {1, 0x1fff, 0x8000, 0xffff, 0x400000, 0x7fffff}) {
      float nan = Float.intBitsToFloat(0x7f800000 | payload);
      assertThat(format.definition(format.encode.applyAsInt(nan))).isNaN();
    }
    assertThat(format.encode.applyAsInt(0.0f)).isZero();
    assertThat(format.encode.applyAsInt(-0.0f)).isEqualTo(format.signBit());
    assertThat(format.encode.applyAsInt(Float.MIN_VALUE)).isZero();
  }

  /** Random bit patterns: no other code is nearer, in exact arithmetic. */
  @ParameterizedTest
  @MethodSource("formats")
  void noNeighbourIsNearer(Format format) {
    SplittableRandom random = new SplittableRandom(7);
    int largest = largestCode(format);
    for (int i = 0; i < 200_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt() & 0x7fffffff);
      if (Float.isNaN(value) || value > format.definition(largest)) {
        continue;
      }
      int code = format.encode.applyAsInt(value);
      BigDecimal error = distance(format, code, value);
      if (code > 0) {
        assertThat(error).isLessThanOrEqualTo(distance(format, code - 1, value));
      }
      if (code < largest) {
        assertThat(error).isLessThanOrEqualTo(distance(format, code + 1, value));
      }
    }
  }

  private static BigDecimal distance(Format format, int code, float value) {
    return new BigDecimal(format.definition(code)).subtract(new BigDecimal(value)).abs();
  }

  private static int largestCode(Format format) {
    List<Integer> codes = format.finitePositiveCodes();
    return codes.get(codes.size() - 1);
  }
}
