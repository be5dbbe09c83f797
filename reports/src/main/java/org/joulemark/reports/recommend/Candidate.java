package org.joulemark.reports.recommend;

import org.joulemark.reports.result.Sensor;

/**
 * A piece of hardware that carries out some work by a strategy, with what is known of it. NaN is
 * unknown.
 *
 * @param work what is done, the same for all candidates that compete
 * @param hardware the device's name
 * @param strategy how it is done: a strategy's or a precision's name
 * @param variant the rest of how it is done, for people; may be empty
 * @param provenance where the figures come from
 * @param source the file or table
 * @param scoreRetention score as a fraction of the baseline's
 * @param scoreKind where a task's score comes from; empty for a kernel's fidelity
 * @param eor score per watt-hour of one operation
 * @param joulesPerOperation energy of one operation
 * @param secondsPerOperation time of one operation
 * @param watts power during the work
 * @param board power that the board may draw
 * @param memoryGigabytes memory of the device, 10⁹ bytes
 * @param sensor what measured its energy
 * @param price in the currency of the user's price file
 */
public record Candidate(
    String work,
    String hardware,
    String strategy,
    String variant,
    Provenance provenance,
    String source,
    double scoreRetention,
    String scoreKind,
    double eor,
    double joulesPerOperation,
    double secondsPerOperation,
    double watts,
    BoardPower board,
    double memoryGigabytes,
    Sensor sensor,
    double price) {

  /** The value of a figure, NaN if unknown. */
  public double figure(Figure figure) {
    return switch (figure) {
      case SCORE_RETENTION -> scoreRetention;
      case LATENCY -> secondsPerOperation;
      case POWER -> watts;
      case BOARD_POWER -> board.watts();
      case MEMORY -> memoryGigabytes;
      case PRICE -> price;
    };
  }

  /** Whether a figure of it is published and neither measured nor read from the device. */
  public boolean isPublished(Figure figure) {
    return figure == Figure.BOARD_POWER && board.published();
  }

  /** Hardware and strategy for people. */
  public String title() {
    return hardware + " with " + strategy;
  }

  /** Whether its efficiency is known. */
  public boolean hasEor() {
    return Double.isFinite(eor) && eor > 0;
  }
}
