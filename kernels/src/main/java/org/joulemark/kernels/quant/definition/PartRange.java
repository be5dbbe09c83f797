package org.joulemark.kernels.quant.definition;

import java.util.stream.IntStream;

/** How far a whole weight reaches. */
public final class PartRange {
  private PartRange() {}

  /**
   * The largest finite magnitude of a weight; looks at every row, in parallel.
   *
   * @throws IllegalArgumentException if the weight holds NaN
   */
  public static float absmax(WeightRows weights) {
    return (float)
        IntStream.range(0, weights.rows())
            .parallel()
            .mapToDouble(
                row -> {
                  float[] numbers = new float[weights.columns()];
                  weights.row(row, numbers);
                  return FiniteRange.of(numbers).absmax();
                })
            .max()
            .orElse(0);
  }
}
