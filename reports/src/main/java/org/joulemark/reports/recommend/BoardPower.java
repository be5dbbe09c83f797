package org.joulemark.reports.recommend;

/**
 * The power that a board may draw.
 *
 * @param watts NaN where it is not known
 * @param published whether it is the maker's figure, and not the limit that was set
 */
public record BoardPower(double watts, boolean published) {

  /** Where nothing is known. */
  public static final BoardPower UNKNOWN = new BoardPower(Double.NaN, false);

  /** The limit that was set on the device itself. */
  public static BoardPower set(double watts) {
    return new BoardPower(watts, false);
  }

  /** The maker's figure. */
  public static BoardPower published(double watts) {
    return new BoardPower(watts, true);
  }
}
