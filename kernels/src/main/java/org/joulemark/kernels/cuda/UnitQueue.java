package org.joulemark.kernels.cuda;

import org.joulemark.kernels.engine.DeviceTimes;

/**
 * Keeps a device busy with work units, a bounded number of them in flight. Units are enqueued in
 * batches (of one, or of as many as a graph holds); after every few batches a mark follows them in
 * the stream. Passed marks tell how many units are done and how long each took on the device's own
 * clock; waiting for one bounds the queue. Used from one thread, but for {@link #completed}.
 */
final class UnitQueue {
  // Marks are waited for a few at a time, so that the waiting thread is not woken by each.
  private static final int WAKE_SHARE = 4;
  private static final int SAMPLES = 1 << 16;

  /** Marks in a stream, numbered by slots that are used again and again. */
  interface Marks {

    /** Number of slots. */
    int slots();

    /** Puts the slot's mark behind everything enqueued so far. */
    void record(int slot);

    /** Whether the device has passed the slot's mark. */
    boolean isReached(int slot);

    /** Waits until the device has passed the slot's mark. */
    void await(int slot);

    /** Seconds on the device's clock between two marks that it has passed. */
    double seconds(int fromSlot, int toSlot);
  }

  private final Runnable batch;
  private final Runnable single;
  private final Marks marks;
  private final int unitsPerBatch;
  private final int batchesPerMark;
  private final int mostMarksInFlight;
  private final long[] unitsAtMark;
  private final DeviceTimeSamples samples = new DeviceTimeSamples(SAMPLES);

  private int held;
  private long enqueued;
  private int batchesSinceMark;
  private long unitsAtLastMark;
  private boolean running;
  private boolean firstInterval;
  private int next;
  private int oldest;
  private int previous;
  private int inFlight;
  private volatile long completed;

  /**
   * A queue on a stream.
   *
   * @param batch enqueues {@code unitsPerBatch} units
   * @param unitsPerBatch units that one batch does
   * @param single enqueues one unit; used for those that do not fill a batch when the queue drains
   * @param marks in the same stream
   * @param batchesPerMark batches between two marks
   * @param mostMarksInFlight marks that may be unpassed before {@link #submit} waits; at least 1,
   *     and two less than there are slots
   */
  UnitQueue(
      Runnable batch,
      int unitsPerBatch,
      Runnable single,
      Marks marks,
      int batchesPerMark,
      int mostMarksInFlight) {
    if (unitsPerBatch < 1
        || batchesPerMark < 1
        || mostMarksInFlight < 1
        || mostMarksInFlight + 2 > marks.slots()) {
      throw new IllegalArgumentException("a queue needs units, batches, marks and their slots");
    }
    this.batch = batch;
    this.single = single;
    this.marks = marks;
    this.unitsPerBatch = unitsPerBatch;
    this.batchesPerMark = batchesPerMark;
    this.mostMarksInFlight = mostMarksInFlight;
    unitsAtMark = new long[marks.slots()];
  }

  /** One more unit; enqueued when a batch is full. */
  void submit() {
    held++;
    if (held < unitsPerBatch) {
      return;
    }
    if (!running) {
      start();
    }
    batch.run();
    held = 0;
    enqueued += unitsPerBatch;
    batchesSinceMark++;
    if (batchesSinceMark == batchesPerMark) {
      mark();
    }
  }

  /** Enqueues what is held back, one by one, and waits until everything is done. */
  void drain() {
    if (held > 0 && !running) {
      start();
    }
    while (held > 0) {
      single.run();
      held--;
      enqueued++;
    }
    if (enqueued > unitsAtLastMark) {
      mark();
    }
    while (inFlight > 0) {
      retireUpTo((oldest + inFlight - 1) % marks.slots());
    }
    running = false;
    completed = enqueued;
  }

  /** Units known to be done; readable from any thread. */
  long completed() {
    return completed;
  }

  /** The device's own time per unit since the last reset. */
  DeviceTimes deviceTimes() {
    return samples.summary();
  }

  /** Forgets the times collected so far. */
  void resetDeviceTimes() {
    samples.reset();
  }

  private void start() {
    marks.record(next);
    unitsAtMark[next] = enqueued;
    previous = next;
    next = (next + 1) % marks.slots();
    oldest = next;
    unitsAtLastMark = enqueued;
    batchesSinceMark = 0;
    running = true;
    firstInterval = true;
  }

  private void mark() {
    marks.record(next);
    unitsAtMark[next] = enqueued;
    unitsAtLastMark = enqueued;
    batchesSinceMark = 0;
    next = (next + 1) % marks.slots();
    inFlight++;
    while (inFlight > 0 && marks.isReached(oldest)) {
      retire();
    }
    if (inFlight > mostMarksInFlight) {
      int ahead = Math.max(1, mostMarksInFlight / WAKE_SHARE);
      retireUpTo((oldest + ahead - 1) % marks.slots());
    }
  }

  private void retireUpTo(int slot) {
    marks.await(slot);
    boolean last;
    do {
      last = oldest == slot;
      retire();
    } while (!last);
  }

  private void retire() {
    long units = unitsAtMark[oldest] - unitsAtMark[previous];
    double secondsPerUnit = marks.seconds(previous, oldest) / units;
    if (firstInterval) {
      samples.addAfterDrain(secondsPerUnit);
    } else if (2 * units >= (long) unitsPerBatch * batchesPerMark) {
      samples.add(secondsPerUnit);
    }
    firstInterval = false;
    completed = unitsAtMark[oldest];
    previous = oldest;
    oldest = (oldest + 1) % marks.slots();
    inFlight--;
  }
}
