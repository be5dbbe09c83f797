package org.joulemark.reports.table;

import java.util.Locale;

/** Writes a number with an SI prefix and a fixed count of significant digits. */
public final class Quantity {
  private static final String[] PREFIXES = {
    "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"
  };
  private static final int UNITY = 5;

  private Quantity() {}

  /**
   * {@code 0.000612} with unit {@code s} becomes {@code 612 µs}; NaN becomes an en dash.
   *
   * @param value in the base unit
   * @param unit base unit, may be empty
   */
  public static String format(double value, String unit) {
    return formatPair(value, Double.NaN, unit);
  }

  /**
   * Value and error under one prefix: {@code 612 ± 4 µs}. An error that is NaN is left out.
   *
   * @param value in the base unit
   * @param error in the base unit
   * @param unit base unit, may be empty
   */
  public static String formatPair(double value, double error, String unit) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    int prefix = prefixOf(value);
    double scale = Math.pow(10, 3.0 * (prefix - UNITY));
    String suffix = PREFIXES[prefix] + unit;
    String number = significant(value / scale);
    String spread = Double.isFinite(error) ? " ± " + significantLike(error / scale, number) : "";
    return number + spread + (suffix.isEmpty() ? "" : " " + suffix);
  }

  private static int prefixOf(double value) {
    if (value == 0) {
      return UNITY;
    }
    // Rounding first, so that 999.96 is shown as 1.00 k and not as 1000.
    double rounded = Double.parseDouble(String.format(Locale.ROOT, "%.2e", Math.abs(value)));
    int prefix = UNITY + (int) Math.floor(Math.log10(rounded) / 3 + 1e-12);
    return Math.max(0, Math.min(PREFIXES.length - 1, prefix));
  }

  private static String significant(double scaled) {
    double magnitude = Math.abs(scaled);
    int decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", scaled);
  }

  private static String significantLike(double scaled, String number) {
    int dot = number.indexOf('.');
    int decimals = dot < 0 ? 0 : number.length() - dot - 1;
    return String.format(Locale.ROOT, "%." + decimals + "f", scaled);
  }
}
