package org.joulemark.kernels.quant;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers to and from memory in any {@link ElementType}, native byte order, always from the
 * buffer's index 0 whatever its position. Thread-safe for distinct buffers.
 */
public final class ElementCodec {
  private ElementCodec() {}

  /**
   * Rounds {@code count} numbers to a floating-point format, to nearest with ties to even, and
   * writes them.
   *
   * @throws IllegalArgumentException for an integer format, where rounding needs a scale
   */
  public static void encode(ElementType type, float[] from, int count, ByteBuffer into) {
    ByteBuffer target = fromStart(into);
    switch (type) {
      case FP32 -> target.asFloatBuffer().put(from, 0, count);
      case FP16 -> {
        for (int i = 0; i < count; i++) {
          target.putShort(2 * i, Fp16.encode(from[i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          target.putShort(2 * i, Bf16.encode(from[i]));
        }
      }
      case FP8_E4M3 -> {
        for (int i = 0; i < count; i++) {
          target.put(i, Fp8.encodeE4m3(from[i]));
        }
      }
      case FP8_E5M2 -> {
        for (int i = 0; i < count; i++) {
          target.put(i, Fp8.encodeE5m2(from[i]));
        }
      }
      case INT8, INT32 -> throw new IllegalArgumentException(type + " is an integer format");
    }
  }

  /** Reads {@code count} elements; every value of every format is exact in a double. */
  public static void decode(ElementType type, ByteBuffer from, int count, double[] into) {
    ByteBuffer source = fromStart(from);
    for (int i = 0; i < count; i++) {
      into[i] = decode(type, source, i);
    }
  }

  /**
   * Reads element {@code index}.
   *
   * @param from in native byte order
   */
  public static double decode(ElementType type, ByteBuffer from, int index) {
    return switch (type) {
      case FP32 -> from.getFloat(4 * index);
      case FP16 -> Fp16.decode(from.getShort(2 * index));
      case BF16 -> Bf16.decode(from.getShort(2 * index));
      case FP8_E4M3 -> Fp8.decodeE4m3(from.get(index));
      case FP8_E5M2 -> Fp8.decodeE5m2(from.get(index));
      case INT8 -> from.get(index);
      case INT32 -> from.getInt(4 * index);
    };
  }

  /**
   * The nearest value that a floating-point format holds.
   *
   * @throws IllegalArgumentException for an integer format, where rounding needs a scale
   */
  public static float round(ElementType type, float value) {
    return switch (type) {
      case FP32 -> value;
      case FP16 -> Fp16.decode(Fp16.encode(value));
      case BF16 -> Bf16.decode(Bf16.encode(value));
      case FP8_E4M3 -> Fp8.decodeE4m3(Fp8.encodeE4m3(value));
      case FP8_E5M2 -> Fp8.decodeE5m2(Fp8.encodeE5m2(value));
      case INT8, INT32 -> throw new IllegalArgumentException(type + " is an integer format");
    };
  }

  /** Largest finite value; 127 for INT8, whose codes are symmetric here. */
  public static double maxFinite(ElementType type) {
    return switch (type) {
      case FP8_E4M3 -> Fp8.E4M3_MAX_FINITE;
      case FP8_E5M2 -> Fp8.E5M2_MAX_FINITE;
      case FP16 -> Fp16.MAX_FINITE;
      case INT8 -> 127;
      case FP32 -> Float.MAX_VALUE;
      case BF16 -> 0x1.fep127;
      case INT32 -> Integer.MAX_VALUE;
    };
  }

  private static ByteBuffer fromStart(ByteBuffer buffer) {
    return buffer.duplicate().clear().order(ByteOrder.nativeOrder());
  }
}
