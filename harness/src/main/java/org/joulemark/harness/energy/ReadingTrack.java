package org.joulemark.harness.energy;

/**
 * The readings of a meter that mark an instant: value, and the interval in which the instant lies.
 * One thread adds; others read what was added before.
 */
final class ReadingTrack {
  private final long[] fromNanos;
  private final long[] toNanos;
  private final double[] joules;
  private volatile int size;

  /** With room for this many; what comes after that replaces the last one. */
  ReadingTrack(int capacity) {
    fromNanos = new long[capacity];
    toNanos = new long[capacity];
    joules = new double[capacity];
  }

  void clear() {
    size = 0;
  }

  /** Adds a value that stands for an instant between the two. */
  void add(long from, long to, double value) {
    // The first and the last are what a window needs.
    int at = Math.min(size, joules.length - 1);
    fromNanos[at] = from;
    toNanos[at] = to;
    joules[at] = value;
    size = at + 1;
  }

  int size() {
    return size;
  }

  double joules(int index) {
    return joules[index];
  }

  long toNanos(int index) {
    return toNanos[index];
  }

  double middleNanos(int index) {
    return fromNanos[index] + (toNanos[index] - fromNanos[index]) / 2.0;
  }

  double widthSeconds(int index) {
    return (toNanos[index] - fromNanos[index]) * 1e-9;
  }

  /** The first entry that lies wholly at or after the instant; -1 if there is none. */
  int firstFrom(long instantNanos) {
    int end = size;
    for (int i = 0; i < end; i++) {
      if (fromNanos[i] >= instantNanos) {
        return i;
      }
    }
    return -1;
  }

  /** The last entry that lies wholly at or before the instant; -1 if there is none. */
  int lastUntil(long instantNanos) {
    for (int i = size - 1; i >= 0; i--) {
      if (toNanos[i] <= instantNanos) {
        return i;
      }
    }
    return -1;
  }

  /** The meter at an instant: a straight line between the readings on both sides of it. */
  double joulesAt(double instantNanos) {
    int before = before(instantNanos);
    double from = middleNanos(before);
    double share = (instantNanos - from) / (middleNanos(before + 1) - from);
    return joules[before] + share * (joules[before + 1] - joules[before]);
  }

  /** How far the nearest reading is from an instant between two. */
  double secondsToNearest(double instantNanos) {
    int before = before(instantNanos);
    return Math.min(instantNanos - middleNanos(before), middleNanos(before + 1) - instantNanos)
        * 1e-9;
  }

  /** The last but one at most, so that there is one after it. */
  private int before(double instantNanos) {
    int low = 0;
    int high = size - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (middleNanos(middle) <= instantNanos) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
