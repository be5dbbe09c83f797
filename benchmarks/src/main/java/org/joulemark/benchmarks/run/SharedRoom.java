package org.joulemark.benchmarks.run;

import java.util.List;
import java.util.Map;
import org.joulemark.benchmarks.task.SampleRequest;
import org.joulemark.benchmarks.task.TaskBenchmark;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.kernels.model.ModelFormatException;

/** How much room a model needs that several tasks use one after the other. */
final class SharedRoom {
  private SharedRoom() {}

  /** Positions for the longest item of all these configurations, 0 where none is of a task. */
  static int of(List<Configuration> configurations) {
    return configurations.stream()
        .map(Configuration::params)
        .filter(params -> params.getOrDefault("depth", "").equals(TaskBenchmark.MODEL))
        .mapToInt(SharedRoom::positions)
        .max()
        .orElse(0);
  }

  private static int positions(Map<String, String> params) {
    try {
      Weights weights =
          Weights.of(
              params.getOrDefault("model", ""),
              params.getOrDefault("checkpoint", Weights.NO_CHECKPOINT),
              Weights.AUTO_INPUTS,
              0);
      return SampleRequest.of(params).positions(weights.shape().family());
    } catch (IllegalArgumentException | ModelFormatException wrong) {
      // The configuration itself will say it, as an outcome of its own.
      return 0;
    }
  }
}
