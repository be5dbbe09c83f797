package org.joulemark.kernels.gemm;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the operands are filled with. Bit patterns change power and clocks, so this is a parameter.
 */
public enum OperandDistribution {
  /** Standard normal: the default, close to real activations and weights. */
  NORMAL(6.0),
  /** Uniform in [-1, 1). */
  UNIFORM(1.0),
  /** All zeros: only to show what zeros hide; multipliers that never toggle draw less power. */
  ZEROS(1.0);

  private final double range;

  OperandDistribution(double range) {
    this.range = range;
  }

  /**
   * Magnitude that a static per-tensor scale covers: a normal value lies beyond six deviations once
   * in 5·10⁸, and saturates then.
   */
  public double range() {
    return range;
  }

  /** The name used in parameters: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The distribution of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static OperandDistribution parse(String id) {
    for (OperandDistribution distribution : values()) {
      if (distribution.id().equals(id)) {
        return distribution;
      }
    }
    throw new IllegalArgumentException(
        "data="
            + id
            + " is not known; choose from "
            + Arrays.stream(values()).map(OperandDistribution::id).collect(Collectors.joining(", "))
            + ".");
  }
}
