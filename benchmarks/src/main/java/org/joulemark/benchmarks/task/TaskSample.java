package org.joulemark.benchmarks.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The items of a benchmark: one for each of equally large strata of a task's items, so that the
 * sample has the task's distribution, in an order in which every run of it is spread evenly over
 * the strata.
 */
final class TaskSample {
  /** Multiples of the golden ratio, less their whole parts, fill the unit interval most evenly. */
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  /** Endings are short: rounding them up as far as prompts would double them. */
  private static final int ENDINGS_IN_A_BUCKET = 4;

  private final List<SampledItem> items;

  private TaskSample(List<SampledItem> items) {
    this.items = items;
  }

  /**
   * Draws a sample.
   *
   * @param family of the model, for its tokenizer
   * @param count items of it
   * @param bucket prompts are rounded up to a multiple of this many tokens, endings to a quarter of
   *     it
   */
  static TaskSample of(TaskProfile task, String family, int count, int bucket) {
    List<ItemTokens> strata = task.strata(family, count);
    int[] order = TaskProfile.ranks(count, GOLDEN);
    List<SampledItem> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ItemTokens real = strata.get(order[i]);
      items.add(
          new SampledItem(
              roundUp(Math.max(1, real.prompt()), bucket),
              roundUp(real.endings(), Math.max(1, bucket / ENDINGS_IN_A_BUCKET)),
              (int) Math.round(real.decoded()),
              real));
    }
    return new TaskSample(items);
  }

  private static int roundUp(double tokens, int bucket) {
    // What is whole but for rounding errors needs no further bucket.
    return (int) Math.ceil((tokens - 1e-6) / bucket) * bucket;
  }

  /** The items in their order. */
  List<SampledItem> items() {
    return items;
  }

  /** Tokens of prompts and endings that are only there because of the rounding, as a share. */
  double padding() {
    double read = sum(item -> item.prompt() + item.endings());
    double real = sum(item -> item.real().prompt() + item.real().endings());
    return (read - real) / read;
  }

  /** Mean tokens of an item without padding. */
  double tokens() {
    return sum(item -> item.real().prompt() + item.real().endings() + item.decoded())
        / items.size();
  }

  /** Positions that the longest item takes. */
  int capacity() {
    return items.stream()
        .max(Comparator.comparingInt(item -> item.prompt() + item.endings() + item.decoded()))
        .map(item -> item.prompt() + item.endings() + item.decoded())
        .orElseThrow();
  }

  private double sum(ToDoubleFunction<SampledItem> part) {
    return items.stream().mapToDouble(part).sum();
  }
}
