package org.joulemark.kernels.cuda;

import java.util.Arrays;
import org.joulemark.kernels.engine.DeviceTimes;

/**
 * Times per unit, the newest ones kept. The intervals that follow a drain begin on an idle device,
 * so they count only where there are no others. Used from one thread; allocates only in {@link
 * #summary}.
 */
final class DeviceTimeSamples {
  // One of them is some milliseconds of work and the drain before it.
  private static final int AFTER_DRAINS = 1 << 10;

  private final Newest busy;
  private final Newest afterDrains;

  /** Keeps the newest {@code capacity} samples. */
  DeviceTimeSamples(int capacity) {
    busy = new Newest(capacity);
    afterDrains = new Newest(Math.min(capacity, AFTER_DRAINS));
  }

  /** One interval that began while the device was busy. */
  void add(double secondsPerUnit) {
    busy.add(secondsPerUnit);
  }

  /** An interval that followed a drain. */
  void addAfterDrain(double secondsPerUnit) {
    afterDrains.add(secondsPerUnit);
  }

  /** Forgets everything. */
  void reset() {
    busy.added = 0;
    afterDrains.added = 0;
  }

  /** Mean, median, 10th and 90th percentile (nearest rank) of what is kept. */
  DeviceTimes summary() {
    return busy.added > 0 ? busy.summary() : afterDrains.summary();
  }

  /** The newest of many numbers. */
  private static final class Newest {
    private final double[] ring;
    private long added;

    Newest(int capacity) {
      ring = new double[capacity];
    }

    void add(double number) {
      ring[(int) (added % ring.length)] = number;
      added++;
    }

    DeviceTimes summary() {
      if (added == 0) {
        return DeviceTimes.NONE;
      }
      double[] sorted = Arrays.copyOf(ring, (int) Math.min(added, ring.length));
      Arrays.sort(sorted);
      return new DeviceTimes(
          Arrays.stream(sorted).average().orElse(Double.NaN),
          percentile(sorted, 0.5),
          percentile(sorted, 0.1),
          percentile(sorted, 0.9),
          added);
    }

    private static double percentile(double[] sorted, double share) {
      return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
  }
}
