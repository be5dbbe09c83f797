package org.joulemark.benchmarks.task;

import java.util.Map;
import java.util.TreeMap;

/**
 * Where an item's tokens are decoded. Each position would need a pass of its own to be prepared;
 * what it costs grows evenly with the position, so positions are taken in blocks, each at its
 * middle.
 */
final class DecodeBlocks {
  private DecodeBlocks() {}

  /**
   * How many tokens are decoded at which position.
   *
   * @param start the first token's position
   * @param tokens how many follow one another from there
   * @param block positions that are carried out as one
   */
  static Map<Integer, Integer> of(int start, int tokens, int block) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int position = start; position < start + tokens; position++) {
      counts.merge(position / block * block + block / 2, 1, Integer::sum);
    }
    return counts;
  }
}
