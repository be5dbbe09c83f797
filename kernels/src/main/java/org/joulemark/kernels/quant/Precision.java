package org.joulemark.kernels.quant;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a GEMM multiplies in: the formats of its operands, of its accumulator and of its result. */
public enum Precision {
  /** FP32 operands, FP32 multiply-adds on the ordinary cores. */
  FP32(
      ElementType.FP32,
      ElementType.FP32,
      ElementType.FP32,
      ElementType.FP32,
      "FP32 operands and accumulation"),
  /** FP32 operands of which a tensor core reads 10 mantissa bits; FP32 accumulation. */
  TF32(
      ElementType.FP32,
      ElementType.FP32,
      ElementType.FP32,
      ElementType.FP32,
      "FP32 operands read as TF32 (10 mantissa bits) by tensor cores, FP32 accumulation"),
  /** FP16 operands and result, FP32 accumulation: the usual mixed precision. */
  FP16(
      ElementType.FP16,
      ElementType.FP16,
      ElementType.FP32,
      ElementType.FP16,
      "FP16 operands and result, FP32 accumulation"),
  /** FP16 throughout, accumulation included. */
  FP16_ACC16(
      ElementType.FP16,
      ElementType.FP16,
      ElementType.FP16,
      ElementType.FP16,
      "FP16 operands, result and accumulation"),
  /** BF16 operands and result, FP32 accumulation. */
  BF16(
      ElementType.BF16,
      ElementType.BF16,
      ElementType.FP32,
      ElementType.BF16,
      "BF16 operands and result, FP32 accumulation"),
  /** E4M3 operands with one scale each, FP32 accumulation, FP16 result. */
  FP8_E4M3(
      ElementType.FP8_E4M3,
      ElementType.FP8_E4M3,
      ElementType.FP32,
      ElementType.FP16,
      "FP8 E4M3 operands, FP32 accumulation, FP16 result"),
  /**
   * E5M2 activations times E4M3 weights (no unit multiplies two E5M2), FP32 accumulation, FP16
   * result.
   */
  FP8_E5M2(
      ElementType.FP8_E5M2,
      ElementType.FP8_E4M3,
      ElementType.FP32,
      ElementType.FP16,
      "FP8 E5M2 activations and E4M3 weights, FP32 accumulation, FP16 result"),
  /** INT8 operands, exact INT32 result. */
  INT8(
      ElementType.INT8,
      ElementType.INT8,
      ElementType.INT32,
      ElementType.INT32,
      "INT8 operands, INT32 accumulation and result (exact)"),
  /** INT8 operands, INT32 accumulation, result scaled and rounded to INT8. */
  INT8_OUT8(
      ElementType.INT8,
      ElementType.INT8,
      ElementType.INT32,
      ElementType.INT8,
      "INT8 operands, INT32 accumulation, result scaled and rounded to INT8");

  private final ElementType activation;
  private final ElementType weight;
  private final ElementType accumulator;
  private final ElementType output;
  private final String description;

  Precision(
      ElementType activation,
      ElementType weight,
      ElementType accumulator,
      ElementType output,
      String description) {
    this.activation = activation;
    this.weight = weight;
    this.accumulator = accumulator;
    this.output = output;
    this.description = description;
  }

  /** Format of X. */
  public ElementType activation() {
    return activation;
  }

  /** Format of W. */
  public ElementType weight() {
    return weight;
  }

  /** Format in which products are summed. */
  public ElementType accumulator() {
    return accumulator;
  }

  /** Format of Y. */
  public ElementType output() {
    return output;
  }

  /** One line for people. */
  public String description() {
    return description;
  }

  /** Whether operands are quantized to integers. */
  public boolean isInteger() {
    return activation.isInteger();
  }

  /** Whether operands are FP8. */
  public boolean isFp8() {
    return activation.bytes() == 1 && !activation.isInteger();
  }

  /**
   * The precision of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Precision parse(String name) {
    for (Precision precision : values()) {
      if (precision.name().equals(name)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "precision=" + name + " is not known; choose from " + names() + ".");
  }

  /** Every name, separated by commas. */
  public static String names() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }
}
