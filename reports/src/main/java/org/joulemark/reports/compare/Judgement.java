package org.joulemark.reports.compare;

/**
 * A question with its answer and the figures behind it.
 *
 * @param question what was asked
 * @param verdict the answer
 * @param reason why the answer is ambiguous; empty otherwise
 * @param change median of the ratios B / A of all pairs of forks, minus 1; NaN where there are too
 *     few forks
 * @param low lower bound of the change
 * @param high upper bound of the change
 * @param significance the rank test's, by itself
 * @param adjusted the same, adjusted for all questions of the comparison
 * @param delta Cliff's δ: 1 if every fork of B lies above every fork of A
 */
public record Judgement(
    Question question,
    Verdict verdict,
    String reason,
    double change,
    double low,
    double high,
    double significance,
    double adjusted,
    double delta) {

  /** A question that the data cannot answer at all. */
  static Judgement undecided(Question question, String reason) {
    return new Judgement(
        question,
        Verdict.AMBIGUOUS,
        reason,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN);
  }
}
