package org.joulemark.benchmarks.task;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Items drawn at random, as a test of what a sample by strata tells about them. */
public final class DrawnItems {
  private DrawnItems() {}

  /**
   * Draws items with whole numbers of tokens.
   *
   * @param family of the model, for its tokenizer
   * @param count how many
   * @param seed the same seed draws the same
   */
  public static List<ItemTokens> of(TaskProfile task, String family, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<ItemTokens> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ItemTokens item = task.draw(family, random.nextDouble(), random.nextDouble());
      items.add(
          new ItemTokens(
              Math.max(1, Math.rint(item.prompt())),
              Math.rint(item.endings()),
              Math.rint(item.decoded())));
    }
    return items;
  }
}
