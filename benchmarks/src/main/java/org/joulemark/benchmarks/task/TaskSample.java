package org.joulemark.benchmarks.task;

import java.util.ArrayList;
import java.util.Arrays;
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

  /** What is outside a window is tried in so many steps. */
  private static final int PARTS = 8;

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

  /**
   * How far the mean cost of the items inside a window is from that of the sample, as a standard
   * deviation: of {@code units} consecutive items, a whole number of rounds from any item on, up to
   * {@code lost} are outside, any number at the front and any at the back as likely as any other.
   *
   * @param cost of each item in the sample's order
   * @return a fraction of the mean cost
   */
  static double spread(double[] cost, long units, long lost) {
    int n = cost.length;
    double mean = Arrays.stream(cost).average().orElseThrow();
    double squares = 0;
    int count = 0;
    for (int start = 0; start < n; start++) {
      for (int front = 0; front <= PARTS; front++) {
        for (int back = 0; front + back <= PARTS; back++) {
          long first = lost * front / PARTS;
          long last = lost * back / PARTS;
          // Whole rounds end where they began, so the back is what comes before the start.
          double taken = run(cost, start, first) + run(cost, start - last, last);
          double deviation = (units * mean - taken) / (units - first - last) / mean - 1;
          squares += deviation * deviation;
          count++;
        }
      }
    }
    return Math.sqrt(squares / count);
  }

  private static double run(double[] cost, long start, long length) {
    double sum = 0;
    for (long i = start; i < start + length; i++) {
      sum += cost[(int) Math.floorMod(i, (long) cost.length)];
    }
    return sum;
  }
}
