package org.joulemark.benchmarks.task;

import java.util.Map;

/**
 * Which items of which task a benchmark's parameters ask for.
 *
 * @param task a task of the catalogue, or a user's file
 * @param items how many make up the sample, {@code auto} or {@code all}
 * @param depth {@code model} or {@code layer}
 * @param bucket prompts are rounded up to a multiple of this many tokens
 * @param decoded tokens that each item decodes, or {@code auto}
 */
public record SampleRequest(
    String task, String items, String depth, String bucket, String decoded) {
  private static final String AUTO = "auto";
  private static final String ALL = "all";

  /** Of a configuration of {@link TaskBenchmark}. */
  public static SampleRequest of(Map<String, String> params) {
    return new SampleRequest(
        params.getOrDefault("task", ""),
        params.getOrDefault("items", AUTO),
        params.getOrDefault("depth", TaskBenchmark.MODEL),
        params.getOrDefault("bucket", ""),
        params.getOrDefault("decoded", AUTO));
  }

  /**
   * The task.
   *
   * @throws IllegalArgumentException as {@link TaskCatalogue#get}
   */
  TaskProfile profile() {
    TaskProfile profile = TaskCatalogue.standard().get(task);
    return decoded.equals(AUTO) ? profile : profile.withDecoded(Integer.parseInt(decoded));
  }

  /**
   * The sample.
   *
   * @param family of the model, for its tokenizer
   * @throws IllegalArgumentException if the task is not known or has fewer items
   */
  TaskSample sample(String family) {
    TaskProfile profile = profile();
    int count =
        switch (items) {
          case AUTO -> Integer.parseInt(TaskBenchmark.defaultItems(depth));
          case ALL -> profile.items();
          default -> Integer.parseInt(items);
        };
    return TaskSample.of(profile, family, count, Integer.parseInt(bucket));
  }

  /**
   * Positions of a whole model that the longest item takes.
   *
   * @param family of the model, for its tokenizer
   * @throws IllegalArgumentException if the task is not known or has fewer items
   */
  public int positions(String family) {
    return ModelItems.positions(sample(family));
  }
}
