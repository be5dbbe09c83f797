package org.joulemark.reports.study;

import java.util.Locale;
import org.joulemark.reports.task.Interval;

/** Holds a measured interval against the range that a claim gives. */
final class Judgement {
  /**
   * A claimed percentage is taken as right to this many points: the study's own figures for one
   * strategy lie as far apart from task to task.
   */
  static final double POINTS = 5;

  private static final double SMALL = 20;

  private Judgement() {}

  /**
   * Judges.
   *
   * @param setting what was measured
   * @param measured the figure
   * @param low the range's lower end
   * @param high the range's upper end
   * @param format of the figure, with one {@code %s} for value and interval
   */
  static Evidence of(String setting, Interval measured, double low, double high, String format) {
    String figure = String.format(Locale.ROOT, format, figure(measured));
    String range = range(low, high);
    if (!Double.isFinite(measured.halfWidth())) {
      return new Evidence(
          setting,
          Verdict.NOT_TESTABLE,
          figure,
          "one iteration has no interval; measure with -i 3 or more");
    }
    if (measured.low() > high) {
      return new Evidence(setting, Verdict.CONTRADICTED, figure, "above the range of " + range);
    }
    if (measured.high() < low) {
      return new Evidence(setting, Verdict.CONTRADICTED, figure, "below the range of " + range);
    }
    if (measured.low() >= low && measured.high() <= high) {
      return new Evidence(setting, Verdict.SUPPORTED, figure, "in the range of " + range);
    }
    return new Evidence(
        setting,
        Verdict.NOT_TESTABLE,
        figure,
        "the interval reaches into the range of " + range + " and out of it; measure longer");
  }

  /** To a tenth, small ones to a hundredth. */
  private static String figure(Interval measured) {
    String number = Math.abs(measured.value()) < SMALL ? "%.2f" : "%.1f";
    return Double.isFinite(measured.halfWidth())
        ? String.format(
            Locale.ROOT, number + " ± " + number, measured.value(), measured.halfWidth())
        : String.format(Locale.ROOT, number, measured.value());
  }

  private static String range(double low, double high) {
    return Double.isInfinite(high)
        ? plain(low) + " or more"
        : plain(low) + (low == high ? "" : " to " + plain(high));
  }

  private static String plain(double value) {
    return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.1f", value);
  }
}
