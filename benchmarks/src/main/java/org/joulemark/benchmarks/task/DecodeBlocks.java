package org.joulemark.benchmarks.task;

import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the items of a sample decode their tokens. Each position would need a pass of its own to be
 * prepared, so positions are taken in blocks, each at the mean of those that the sample decodes in
 * it. What a token costs grows evenly with its position: so the sample's cost is that of its
 * positions, whichever parts of the blocks the answers take, though a single item's is not.
 */
final class DecodeBlocks {
  private final int block;
  private final Map<Integer, Integer> positions = new HashMap<>();

  /**
   * For a sample.
   *
   * @param block positions that are carried out as one
   */
  DecodeBlocks(List<SampledItem> items, int block) {
    this.block = block;
    Map<Integer, IntSummaryStatistics> decoded = new HashMap<>();
    for (SampledItem item : items) {
      for (int position = item.read(); position < item.read() + item.decoded(); position++) {
        decoded
            .computeIfAbsent(position / block, which -> new IntSummaryStatistics())
            .accept(position);
      }
    }
    decoded.forEach((which, all) -> positions.put(which, (int) Math.round(all.getAverage())));
  }

  /** How many tokens an item of the sample decodes at which position. */
  Map<Integer, Integer> of(SampledItem item) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int position = item.read(); position < item.read() + item.decoded(); position++) {
      counts.merge(positions.getOrDefault(position / block, position), 1, Integer::sum);
    }
    return counts;
  }
}
