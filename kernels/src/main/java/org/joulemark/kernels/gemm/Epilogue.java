package org.joulemark.kernels.gemm;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is added to the product before it is written. */
public enum Epilogue {
  /** Nothing: Y = X·Wᵀ. */
  NONE,
  /** One number per output feature: Y = X·Wᵀ + b. */
  BIAS,
  /** A matrix of Y's size in Y's format: Y = X·Wᵀ + R. */
  RESIDUAL;

  /** The name used in parameters: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The epilogue of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Epilogue parse(String id) {
    for (Epilogue epilogue : values()) {
      if (epilogue.id().equals(id)) {
        return epilogue;
      }
    }
    throw new IllegalArgumentException(
        "epilogue="
            + id
            + " is not known; choose from "
            + Arrays.stream(values()).map(Epilogue::id).collect(Collectors.joining(", "))
            + ".");
  }
}
