package org.joulemark.kernels.cuda;

import java.util.Arrays;
import org.joulemark.kernels.engine.DeviceTimes;

/**
 * Times per unit, the newest ones kept. The interval that follows a drain begins on an idle device,
 * so it counts only where there is no other. Used from one thread; allocates only in {@link
 * #summary}.
 */
final class DeviceTimeSamples {
  private final double[] ring;
  private long added;
  private double afterDrain = Double.NaN;

  /** Keeps the newest {@code capacity} samples. */
  DeviceTimeSamples(int capacity) {
    ring = new double[capacity];
  }

  /** One interval that began while the device was busy. */
  void add(double secondsPerUnit) {
    ring[(int) (added % ring.length)] = secondsPerUnit;
    added++;
  }

  /** The interval that followed a drain. */
  void addAfterDrain(double secondsPerUnit) {
    afterDrain = secondsPerUnit;
  }

  /** Forgets everything. */
  void reset() {
    added = 0;
    afterDrain = Double.NaN;
  }

  /** Mean, median, 10th and 90th percentile (nearest rank) of what is kept. */
  DeviceTimes summary() {
    if (added == 0) {
      return Double.isNaN(afterDrain)
          ? DeviceTimes.NONE
          : new DeviceTimes(afterDrain, afterDrain, afterDrain, afterDrain, 1);
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
