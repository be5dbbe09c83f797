package org.joulemark.kernels.quant.definition;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.joulemark.kernels.quant.LinearScheme.Int8;

/** Which columns of X[M, K] LLM.int8() multiplies in the base precision. */
public final class OutlierColumns {
  private OutlierColumns() {}

  /**
   * The columns with any |x| above the threshold, ascending, at most the first {@link
   * Int8#MOST_OUTLIER_COLUMNS} of them.
   *
   * @param x [M][K], all rows of one call
   */
  public static int[] of(float[][] x, float threshold) {
    int columns = x.length == 0 ? 0 : x[0].length;
    return IntStream.range(0, columns)
        .filter(k -> Arrays.stream(x).anyMatch(row -> Math.abs(row[k]) > threshold))
        .limit(Int8.MOST_OUTLIER_COLUMNS)
        .toArray();
  }
}
