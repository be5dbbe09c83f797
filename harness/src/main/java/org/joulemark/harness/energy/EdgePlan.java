package org.joulemark.harness.energy;

/**
 * Finds the instants at which a ticking counter moves, with few readings: back to back until the
 * first edge is found, then only around the instants at which edges are due.
 *
 * <p>Which instant an edge is: a reading latches the counter at some instant between its start and
 * its end, always after the same share of its duration. A reading that shows the new value after
 * one that showed the old therefore says that the counter moved between the two latches, an
 * interval as long as that between the two starts; the interval of the starts is what is recorded,
 * longer by what the second reading took above the usual. The latch's delay, up to one reading,
 * shifts every edge alike and cancels in a window.
 */
final class EdgePlan implements ReadingPlan {
  /** Edges are looked for no more often than this: enough for a window's ends, at little cost. */
  private static final long LOOK_EVERY_NANOS = 200_000_000;

  /** And this often where instants in between are wanted. */
  private static final long LOOK_CLOSELY_EVERY_NANOS = 100_000_000;

  /** Begin this much before an edge is due, besides one reading. */
  private static final long MARGIN_NANOS = 2_000_000;

  /** A counter is stuck after this many ticks without an edge, but not before a second. */
  private static final int STUCK_TICKS = 10;

  private static final long STUCK_LEAST_NANOS = 1_000_000_000;

  private static final int MOST_MISSES = 8;

  private final long tickNanos;
  private long ticksBetweenLooks = 1;
  private long nextNanos;
  private long lastStartNanos;
  private double lastJoules;
  private boolean hasLast;
  private boolean resumed;
  private long burstStartNanos;
  private long earlyNanos;
  private long unmovedSinceNanos;
  private long readingNanos;
  private int misses;

  /** For a counter that moves once in this time. */
  EdgePlan(double tickSeconds) {
    tickNanos = Math.max(1, Math.round(tickSeconds * 1e9));
  }

  @Override
  public void begin(long nowNanos, boolean closely) {
    long lookEvery = closely ? LOOK_CLOSELY_EVERY_NANOS : LOOK_EVERY_NANOS;
    ticksBetweenLooks = Math.max(1, lookEvery / tickNanos);
    hasLast = false;
    misses = 0;
    readingNanos = 0;
    earlyNanos = tickNanos;
    unmovedSinceNanos = nowNanos;
    pauseUntil(nowNanos);
  }

  @Override
  public long nextNanos() {
    return nextNanos;
  }

  @Override
  public boolean reading(long startNanos, long endNanos, double joules, ReadingTrack track) {
    long duration = endNanos - startNanos;
    updateMedian(duration);
    boolean moved = hasLast && joules != lastJoules;
    // A reading that took longer than usual was held up at an unknown point, so that its latch may
    // be that much later. What moved during a pause says nothing of when.
    long latestNanos = startNanos + Math.max(0, duration - readingNanos);
    boolean edge =
        moved && !resumed && latestNanos - lastStartNanos <= 3 * readingNanos + MARGIN_NANOS;
    if (edge) {
      track.add(lastStartNanos, latestNanos, joules);
    }
    nextNanos = endNanos;
    if (edge) {
      countMiss(startNanos);
      aimAtNextEdge(lastStartNanos + (startNanos - lastStartNanos) / 2, endNanos);
    }
    if (moved) {
      unmovedSinceNanos = endNanos;
    }
    if (resumed) {
      burstStartNanos = startNanos;
    }
    resumed = edge && nextNanos > endNanos;
    hasLast = true;
    lastStartNanos = startNanos;
    lastJoules = joules;
    return edge;
  }

  /** A running median: half of the readings are longer, and one that is held up hardly counts. */
  private void updateMedian(long duration) {
    if (readingNanos == 0) {
      readingNanos = duration;
    } else if (duration > readingNanos) {
      readingNanos += 1 + readingNanos / 16;
    } else {
      readingNanos -= readingNanos / 16;
    }
  }

  /** An edge that took long to come means that the one aimed at came before the first look. */
  private void countMiss(long foundNanos) {
    if (foundNanos - burstStartNanos > 2 * earlyNanos + tickNanos / 4) {
      misses = Math.min(misses + 1, MOST_MISSES);
    }
  }

  private void aimAtNextEdge(long edgeNanos, long nowNanos) {
    earlyNanos = readingNanos + MARGIN_NANOS * (1 + misses) + tickNanos / 50;
    // Where ticks are shorter than a reading and its margin, there is nothing to wait for.
    pauseUntil(Math.max(nowNanos, edgeNanos + ticksBetweenLooks * tickNanos - earlyNanos));
  }

  private void pauseUntil(long whenNanos) {
    nextNanos = whenNanos;
    resumed = true;
  }

  @Override
  public boolean stuck(long nowNanos) {
    return nowNanos - unmovedSinceNanos > Math.max(STUCK_LEAST_NANOS, STUCK_TICKS * tickNanos);
  }
}
