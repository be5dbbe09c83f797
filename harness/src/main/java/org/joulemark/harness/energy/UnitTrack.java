package org.joulemark.harness.energy;

/**
 * How many work units were known to be done, and when: the instants at which the count was seen to
 * move, with straight lines in between, so that a count has a fraction at any instant. Safe for
 * concurrent use.
 */
final class UnitTrack {
  /** What {@link #firstMovedNanos} is while the count has not moved. */
  static final long NEVER = Long.MAX_VALUE;

  private final long[] nanos;
  private final long[] units;
  private int size;
  private long leastGapNanos;
  private long lastSeenNanos;
  private long lastCount;
  private long firstMovedNanos = NEVER;
  private long lastMovedNanos = NEVER;

  /** With room for this many movements; when it is full, every second one is forgotten. */
  UnitTrack(int capacity) {
    nanos = new long[capacity];
    units = new long[capacity];
  }

  /** Forgets everything and begins with this count. */
  synchronized void begin(long atNanos, long count) {
    leastGapNanos = 0;
    lastSeenNanos = atNanos;
    lastCount = count;
    firstMovedNanos = NEVER;
    lastMovedNanos = NEVER;
    nanos[0] = atNanos;
    units[0] = count;
    size = 1;
  }

  /** Adds what was counted at an instant no earlier than the one before. */
  synchronized void add(long atNanos, long count) {
    if (count > lastCount) {
      // The last of the units since the last look ended, on average, half a unit ago.
      long moved = atNanos - (atNanos - lastSeenNanos) / (2 * (count - lastCount));
      if (moved - nanos[size - 1] >= leastGapNanos) {
        append(moved, count);
      }
    }
    lastSeenNanos = atNanos;
    lastCount = count;
  }

  /** Adds an exact count, such as after a drain, whether it moved or not. */
  synchronized void addExact(long atNanos, long count) {
    append(atNanos, count);
    lastSeenNanos = atNanos;
    lastCount = count;
  }

  private void append(long atNanos, long count) {
    int end = size;
    if (end == nanos.length) {
      end = thin();
    }
    if (count != units[end - 1]) {
      firstMovedNanos = firstMovedNanos == NEVER ? atNanos : firstMovedNanos;
      lastMovedNanos = atNanos;
    }
    nanos[end] = atNanos;
    units[end] = count;
    size = end + 1;
  }

  private int thin() {
    int kept = 0;
    for (int i = 0; i < nanos.length; i += 2) {
      nanos[kept] = nanos[i];
      units[kept] = units[i];
      kept++;
    }
    leastGapNanos = Math.max(1, 2 * (nanos[kept - 1] - nanos[0]) / Math.max(1, kept));
    return kept;
  }

  /**
   * When the count first moved: before that, nobody knows which part of a unit had been done when
   * the track began.
   */
  synchronized long firstMovedNanos() {
    return firstMovedNanos;
  }

  /** When the count last moved: after that, no work is known to have been done. */
  synchronized long lastMovedNanos() {
    return lastMovedNanos;
  }

  /**
   * Units done at that instant, with a fraction; beyond the first or last movement the count of
   * that movement.
   */
  synchronized double at(double instantNanos) {
    int end = size;
    if (instantNanos <= nanos[0]) {
      return units[0];
    }
    if (instantNanos >= nanos[end - 1]) {
      return units[end - 1];
    }
    int low = 0;
    int high = end - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (nanos[middle] <= instantNanos) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double share = (instantNanos - nanos[low]) / (nanos[high] - nanos[low]);
    return units[low] + share * (units[high] - units[low]);
  }

  /**
   * When so many units were done, the other way round than {@link #at}; for a count that was never
   * reached, the last instant known.
   */
  synchronized double instantOf(double count) {
    int low = 0;
    int high = size - 1;
    if (count <= units[0]) {
      return nanos[0];
    }
    if (count > units[high]) {
      return nanos[high];
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (units[middle] < count) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double share = (count - units[low]) / (units[high] - units[low]);
    return nanos[low] + share * (nanos[high] - nanos[low]);
  }
}
