package org.joulemark.reports.footprint;

import org.joulemark.reports.footprint.GridTable.Grid;
import org.jspecify.annotations.Nullable;

/**
 * Turns a device's energy into what a data centre draws for it, into carbon and into money.
 *
 * @param grid where the electricity comes from, null where carbon is not asked for
 * @param pricePerKilowattHour in the user's currency, NaN where money is not asked for
 * @param pue power usage effectiveness: what the building draws for each unit that the device does;
 *     1 counts the device alone
 */
public record Footprint(@Nullable Grid grid, double pricePerKilowattHour, double pue) {
  /** Nothing asked for. */
  public static final Footprint NONE = new Footprint(null, Double.NaN, 1);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the option that is wrong
   */
  public Footprint {
    if (!(pue >= 1) || !Double.isFinite(pue)) {
      throw new IllegalArgumentException(
          "--pue "
              + pue
              + " is not valid; a building draws at least what its devices do, so give 1"
              + " or more.");
    }
    if (pricePerKilowattHour < 0 || Double.isInfinite(pricePerKilowattHour)) {
      throw new IllegalArgumentException(
          "--price " + pricePerKilowattHour + " is not valid; give the price of a kWh.");
    }
  }

  /** Whether carbon is asked for. */
  public boolean hasCarbon() {
    return grid != null;
  }

  /** Whether money is asked for. */
  public boolean hasPrice() {
    return !Double.isNaN(pricePerKilowattHour);
  }

  /** Grams of CO2e of that much of the device's energy: Wh / 1000 · PUE · g/kWh. */
  public double grams(double wattHours) {
    return grid == null ? Double.NaN : wattHours / 1000 * pue * grid.gramsPerKilowattHour();
  }

  /** Price of that much of the device's energy: Wh / 1000 · PUE · price/kWh. */
  public double price(double wattHours) {
    return wattHours / 1000 * pue * pricePerKilowattHour;
  }

  /** What was reckoned with, in one line; empty where nothing is asked for. */
  public String describe() {
    if (!hasCarbon() && !hasPrice()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    if (grid != null) {
      text.append(grid.gramsPerKilowattHour()).append(" g CO2e/kWh (").append(grid.name());
      text.append("), ");
    }
    if (hasPrice()) {
      text.append(pricePerKilowattHour).append(" a kWh, ");
    }
    return text.append("PUE ").append(pue).append('.').toString();
  }
}
