package org.joulemark.reports.score;

import java.util.List;

/**
 * What is asked for.
 *
 * @param models names that the model goes by
 * @param tasks names that the task goes by
 * @param metric what its score is
 * @param harnessMetrics what that is called in lm-evaluation-harness, the preferred name first
 * @param strategy how the model is carried out
 */
public record ScoreQuery(
    List<String> models,
    List<String> tasks,
    String metric,
    List<String> harnessMetrics,
    String strategy) {

  /** Copies the lists. */
  public ScoreQuery {
    models = List.copyOf(models);
    tasks = List.copyOf(tasks);
    harnessMetrics = List.copyOf(harnessMetrics);
  }
}
