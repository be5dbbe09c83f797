package org.joulemark.reports.result;

/** Where a cache of strings keeps one, by its hash. */
final class StringPlaces {
  private static final int COUNT_LOG2 = 13;

  /** How many there are. */
  static final int COUNT = 1 << COUNT_LOG2;

  /** Knuth's multiplier, which spreads the hash over its upper bits. */
  private static final int SPREAD = 0x9E3779B9;

  private StringPlaces() {}

  /** The place of a string with that hash, from 0 to {@link #COUNT}, exclusive. */
  static int of(int hash) {
    return (hash * SPREAD) >>> (Integer.SIZE - COUNT_LOG2);
  }
}
