package org.joulemark.reports.statistics;

/** How far two samples are apart, whatever their unit. */
public final class EffectSize {
  /** From here on a difference is called large (Romano and others, 2006, who give 0.474). */
  public static final double LARGE = 0.47;

  private EffectSize() {}

  /**
   * Cliff's δ (1993): how much oftener a value of {@code b} lies above one of {@code a} than below.
   *
   * @return from −1 (every b below every a) over 0 to 1 (every b above every a); NaN if a sample is
   *     empty
   */
  public static double cliffsDelta(double[] a, double[] b) {
    long balance = 0;
    for (double before : a) {
      for (double after : b) {
        balance += after > before ? 1 : after < before ? -1 : 0;
      }
    }
    return balance / ((double) a.length * b.length);
  }
}
