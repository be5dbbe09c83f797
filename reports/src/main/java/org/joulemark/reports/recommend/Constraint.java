package org.joulemark.reports.recommend;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import org.joulemark.reports.table.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * A limit that a candidate must keep.
 *
 * @param figure what is limited
 * @param atLeast lower limit; null for none
 * @param atMost upper limit; null for none
 * @param work regular expression of the works that it applies to; null for all
 * @param why where the limit comes from
 */
public record Constraint(
    @JsonProperty(value = "figure", required = true) Figure figure,
    @JsonProperty("atLeast") @Nullable Double atLeast,
    @JsonProperty("atMost") @Nullable Double atMost,
    @JsonProperty("work") @Nullable String work,
    @JsonProperty("why") @Nullable String why) {

  /**
   * Checks that there is one limit and that {@code work} is an expression.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public Constraint {
    if ((atLeast == null) == (atMost == null)) {
      throw new IllegalArgumentException(
          "a constraint on " + figure.title() + " needs one of atLeast and atMost");
    }
    Expression.of(work == null ? "" : work);
  }

  /** Whether it says anything about {@code candidate}'s work. */
  public boolean concerns(Candidate candidate) {
    return work == null || Expression.of(work).matcher(candidate.work()).find();
  }

  /** Whether {@code candidate} keeps it; false where the figure is unknown. */
  public boolean keeps(Candidate candidate) {
    double value = candidate.figure(figure);
    return atLeast != null ? value >= atLeast : value <= limit();
  }

  /**
   * How far {@code candidate} is beyond the limit, as a fraction of the limit; 0 if it keeps it.
   */
  public double excess(Candidate candidate) {
    double beyond = candidate.figure(figure) - limit();
    return Math.max(0, (atLeast != null ? -beyond : beyond) / Math.abs(limit()));
  }

  /** The limit with its direction: {@code at most 300 W}. */
  public String text() {
    return (atLeast != null ? "at least " : "at most ") + value(limit());
  }

  /** A value of the figure for people. */
  public String value(double value) {
    return switch (figure) {
      case SCORE_RETENTION -> String.format(Locale.ROOT, "%.5f", value).replaceAll("0+$", "0");
      case PRICE -> String.format(Locale.ROOT, "%,.0f", value);
      case MEMORY -> String.format(Locale.ROOT, "%.0f GB", value);
      case LATENCY, POWER, BOARD_POWER -> Quantity.format(value, figure.unit());
    };
  }

  private double limit() {
    return atLeast != null ? atLeast : atMost != null ? atMost : Double.NaN;
  }
}
