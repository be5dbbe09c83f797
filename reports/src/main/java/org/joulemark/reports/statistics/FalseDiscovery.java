package org.joulemark.reports.statistics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Adjusts significances for the number of questions asked at once. */
public final class FalseDiscovery {
  private FalseDiscovery() {}

  /**
   * Adjusted significances after Benjamini and Hochberg (1995): calling everything below q a
   * discovery keeps the expected share of false ones among them at or below q. If nothing differs
   * at all, that is the probability of a single false discovery in the whole family.
   *
   * @param p significances, in [0, 1]
   * @return the adjusted ones in the same order, in [0, 1], none smaller than its own p
   */
  public static double[] adjust(double[] p) {
    int[] ascending =
        IntStream.range(0, p.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = Arrays.copyOf(p, p.length);
    double smallest = 1;
    for (int rank = p.length; rank >= 1; rank--) {
      int index = ascending[rank - 1];
      smallest = Math.min(smallest, p[index] * ((double) p.length / rank));
      adjusted[index] = smallest;
    }
    return adjusted;
  }
}
