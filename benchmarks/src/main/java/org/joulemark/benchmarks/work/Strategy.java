package org.joulemark.benchmarks.work;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.joulemark.kernels.quant.Precision;

/** How a whole layer or model is carried out, by the name that users give it. */
public enum Strategy {
  /** FP32 throughout. */
  FP32(Precision.FP32),
  /** FP32 numbers of which tensor cores read 10 mantissa bits. */
  TF32(Precision.TF32),
  /** FP16 numbers, summed in FP32. */
  FP16(Precision.FP16),
  /** BF16 numbers, summed in FP32. */
  BF16(Precision.BF16);

  private final Precision precision;

  Strategy(Precision precision) {
    this.precision = precision;
  }

  /** What its linear parts multiply in. */
  public Precision precision() {
    return precision;
  }

  /** The name used in parameters: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The strategy of that name, if there is one. */
  public static Optional<Strategy> find(String id) {
    return Arrays.stream(values()).filter(strategy -> strategy.id().equals(id)).findFirst();
  }

  /**
   * The strategy of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Strategy parse(String id) {
    return find(id)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "strategy=" + id + " is not known; choose from " + ids() + "."));
  }

  /** Every name, separated by commas. */
  public static String ids() {
    return Arrays.stream(values()).map(Strategy::id).collect(Collectors.joining(", "));
  }
}
