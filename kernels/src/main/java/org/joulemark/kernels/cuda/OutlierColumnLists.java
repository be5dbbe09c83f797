package org.joulemark.kernels.cuda;

import java.util.OptionalDouble;
import org.joulemark.kernels.quant.ElementType;
import org.joulemark.kernels.quant.LinearPart;
import org.joulemark.kernels.quant.LinearScheme;

/**
 * Finds the outlier columns of a part's activations, on the device at each call: a mark for each
 * column, and a list.
 */
final class OutlierColumnLists {
  private static final String SOURCE = "outliers.cu";
  private static final int VECTOR_BYTES = 16;
  // The kernels' LANES.
  private static final int LANES = 8;
  private static final int FEWEST_THREADS = 32;
  private static final int MOST_THREADS = 1024;
  // The kernels' struct Outliers.
  private static final int CALLS = 0;
  private static final int COLUMNS = 1;
  private static final int COUNTERS = 2;
  private static final int WORDS = 3 + LinearScheme.Int8.MOST_OUTLIER_COLUMNS;

  private final CudaPassFrame frame;
  private final int columns;
  private final float threshold;
  private final DeviceArena.Slice marks;
  private final DeviceArena.Slice gathered;
  private final DeviceArena.Slice list;

  /**
   * Plans.
   *
   * @param threshold what some |x| of an outlier column exceeds
   * @param marks at least {@link #marksBytes}; shared with other parts
   * @param gathered [M, 128], room for the columns themselves; shared with other parts
   */
  OutlierColumnLists(
      CudaPassFrame frame,
      LinearPart part,
      float threshold,
      DeviceArena.Slice marks,
      DeviceArena.Slice gathered) {
    this.frame = frame;
    this.columns = frame.inputs(part);
    this.threshold = threshold;
    this.marks = marks;
    this.gathered = gathered;
    this.list = frame.arena().reserve((long) WORDS * Integer.BYTES);
  }

  private static int width(ElementType type) {
    return VECTOR_BYTES / type.bytes();
  }

  private static int blocks(ElementType type, int columns) {
    return (CodeFormat.padded(columns) / width(type) - 1) / LANES + 1;
  }

  /** Bytes of the marks of K columns. */
  static long marksBytes(ElementType type, int columns) {
    return (long) blocks(type, columns) * LANES * Integer.BYTES;
  }

  /** Finds the columns of X [M, K]. */
  CudaCall find(DeviceArena.Slice x) {
    int wanted = Math.min(MOST_THREADS, Math.multiplyExact(frame.rows(), LANES));
    KernelLaunch mark =
        frame.kernel(
            SOURCE,
            "outliers_mark",
            blocks(frame.type(), columns),
            (wanted - 1) / FEWEST_THREADS * FEWEST_THREADS + FEWEST_THREADS,
            x.address(),
            frame.rows(),
            columns,
            threshold,
            marks.address());
    KernelLaunch collect =
        frame.kernel(
            SOURCE,
            "outliers_list",
            1,
            MOST_THREADS,
            marks.address(),
            CodeFormat.padded(columns) / width(frame.type()),
            list.address());
    return () -> {
      mark.launch(frame.stream());
      collect.launch(frame.stream());
    };
  }

  /** A bit for each column, 1 for those of the list. */
  DeviceArena.Slice marks() {
    return marks;
  }

  /** The latest call's list. */
  DeviceArena.Slice list() {
    return list;
  }

  /** Room for the columns of the list. */
  DeviceArena.Slice gathered() {
    return gathered;
  }

  /** Begins to count; the memory is allocated. */
  void clear() {
    list.clear(frame.stream());
  }

  /** The mean number of columns in a list, empty before the first call; waits for the stream. */
  OptionalDouble meanColumns() {
    int[] counters = list.readInts(COUNTERS, frame.staging(), frame.stream());
    return counters[CALLS] == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            (double) Integer.toUnsignedLong(counters[COLUMNS])
                / Integer.toUnsignedLong(counters[CALLS]));
  }
}
