package org.joulemark.reports.score;

/**
 * The score that stands for a query.
 *
 * @param value fraction in [0, 1]
 * @param metric which of the evaluation's values it is, {@link Score#UNSTATED} where it does not
 *     say
 * @param score the whole entry
 * @param ofBaseline whether it is that of the baseline, for want of one of the strategy's own
 */
public record FoundScore(double value, String metric, Score score, boolean ofBaseline) {

  /** One line that says where it comes from, beginning with {@link #kind}. */
  public String provenance() {
    StringBuilder text = new StringBuilder(kind());
    text.append(": ").append(metric.equals(Score.UNSTATED) ? "metric not stated" : metric);
    if (ofBaseline || !score.strategy().equals(Score.BASELINE)) {
      text.append(" of ").append(score.strategy());
    }
    text.append(", ").append(score.source());
    if (!score.date().isEmpty()) {
      text.append(", ").append(score.date());
    }
    return text.toString();
  }

  /** The kind's name, {@code score of baseline} after it where it is one. */
  public String kind() {
    return score.kind().id() + (ofBaseline ? " score of baseline" : "");
  }
}
