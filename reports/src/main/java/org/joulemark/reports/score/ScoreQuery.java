package org.joulemark.reports.score;

import java.util.List;

/**
 * What is asked for.
 *
 * @param models names that the model goes by
 * @param tasks names that the task goes by
 * @param metrics what its score may be called, the preferred name first
 * @param strategy how the model is carried out
 */
public record ScoreQuery(
    List<String> models, List<String> tasks, List<String> metrics, String strategy) {

  /** Copies the lists. */
  public ScoreQuery {
    models = List.copyOf(models);
    tasks = List.copyOf(tasks);
    metrics = List.copyOf(metrics);
  }
}
