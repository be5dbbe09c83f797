package org.joulemark.reports.score;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one evaluation found for one model on one task.
 *
 * @param model its name as the evaluation gives it, without an owner's or a folder's name before it
 * @param task its name as the evaluation gives it
 * @param strategy how the model was carried out; {@code baseline} where it is not said
 * @param values by metric, as fractions in [0, 1]; {@link #UNSTATED} where none is named
 * @param kind where it comes from
 * @param source the file, or who published it
 * @param date ISO 8601, or empty where it is not known
 */
public record Score(
    String model,
    String task,
    String strategy,
    Map<String, Double> values,
    ScoreKind kind,
    String source,
    String date) {

  /** The strategy of an evaluation that names none. */
  public static final String BASELINE = "baseline";

  /** The metric of a scores file's entry that names none. */
  public static final String UNSTATED = "";

  /** Copies the values in their order. */
  public Score {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
