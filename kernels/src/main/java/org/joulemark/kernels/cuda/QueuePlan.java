package org.joulemark.kernels.cuda;

/**
 * How densely marks follow work units, and how much work is in flight.
 *
 * @param unitsPerBatch units that are enqueued together
 * @param batchesPerMark batches between two marks
 * @param marksInFlight marks that may be unpassed
 */
record QueuePlan(int unitsPerBatch, int batchesPerMark, int marksInFlight) {
  // A mark costs the device about a microsecond; this keeps it below half a percent.
  private static final double SECONDS_PER_MARK = 250e-6;
  // Enough work for the device while the host sleeps, little enough that an iteration ends sharply.
  private static final double SECONDS_IN_FLIGHT = 4e-3;
  private static final int FEWEST_MARKS = 2;
  private static final int MOST_MARKS = 64;
  private static final int MOST_BATCHES_PER_MARK = 256;
  // One graph launch costs a few microseconds for all of its units.
  private static final double SECONDS_PER_GRAPH = 500e-6;
  private static final int MOST_UNITS_PER_GRAPH = 4096;

  /** For batches of {@code unitsPerBatch} units, each taking that long. */
  static QueuePlan of(double secondsPerUnit, int unitsPerBatch) {
    double secondsPerBatch = Math.max(secondsPerUnit * unitsPerBatch, 1e-7);
    int batchesPerMark =
        (int) clamp(Math.ceil(SECONDS_PER_MARK / secondsPerBatch), 1, MOST_BATCHES_PER_MARK);
    int marks =
        (int)
            clamp(
                Math.ceil(SECONDS_IN_FLIGHT / (secondsPerBatch * batchesPerMark)),
                FEWEST_MARKS,
                MOST_MARKS);
    return new QueuePlan(unitsPerBatch, batchesPerMark, marks);
  }

  /**
   * Units in one graph: whole passes over the operand sets, long enough to hide the launch where
   * the most units allow it.
   */
  static int unitsPerGraph(double secondsPerUnit, int sets) {
    double passes = Math.ceil(SECONDS_PER_GRAPH / (Math.max(secondsPerUnit, 1e-7) * sets));
    int most = Math.max(1, MOST_UNITS_PER_GRAPH / sets);
    return sets * (int) clamp(passes, 1, most);
  }

  /** Slots that the marks of this plan need. */
  int slots() {
    return marksInFlight + 2;
  }

  private static double clamp(double value, double least, double most) {
    return Math.max(least, Math.min(most, value));
  }
}
