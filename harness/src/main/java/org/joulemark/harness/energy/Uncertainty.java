package org.joulemark.harness.energy;

/** Standard uncertainties of a window's parts, and their sum. */
public final class Uncertainty {
  /** Standard deviation of a uniform distribution of width 1. */
  private static final double UNIFORM = 1 / Math.sqrt(12);

  private Uncertainty() {}

  /** Of a value known only to lie, evenly, in an interval of this width. */
  public static double uniform(double width) {
    return width * UNIFORM;
  }

  /** Of a sum of independent parts: the root of the sum of squares. */
  public static double combine(double... parts) {
    double sum = 0;
    for (double part : parts) {
      sum += part * part;
    }
    return Math.sqrt(sum);
  }
}
