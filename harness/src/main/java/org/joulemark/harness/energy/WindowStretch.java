package org.joulemark.harness.energy;

import java.util.Locale;
import java.util.function.LongSupplier;

/** Lengthens an open window with more work until it resolves, or until the device is warm. */
public final class WindowStretch {
  /** Temperature is level when it has moved by no more than a sensor's step for this long. */
  static final double LEVEL_SECONDS = 10;

  private static final double LEVEL_CELSIUS = 1;

  private WindowStretch() {}

  /**
   * Reads the window until its repeatability is within the target.
   *
   * @param window open, with work done in it
   * @param moreWork one more batch of work
   * @param target largest standard uncertainty of the energy, as a fraction
   * @param capSeconds no batch begins later than this after the first reading
   * @param nanoClock monotonic time in nanoseconds
   * @return the last reading; {@link EnergyStatus#TOO_SHORT} with a sentence if the target was not
   *     reached
   */
  public static WindowResult untilResolved(
      EnergyWindow window,
      Runnable moreWork,
      double target,
      double capSeconds,
      LongSupplier nanoClock) {
    long begin = nanoClock.getAsLong();
    WindowResult result = window.read();
    while (canImprove(result, target) && (nanoClock.getAsLong() - begin) * 1e-9 < capSeconds) {
      moreWork.run();
      result = window.read();
    }
    return held(result, target);
  }

  private static boolean canImprove(WindowResult result, double target) {
    return result.ok()
        ? result.relativeUncertainty() > target
        : result.status() == EnergyStatus.TOO_SHORT;
  }

  /** The result if it is within the target; what is not is too short, and no figure. */
  public static WindowResult held(WindowResult result, double target) {
    if (!result.ok() || result.relativeUncertainty() <= target) {
      return result;
    }
    return WindowResult.failed(
        result.meter(),
        EnergyStatus.TOO_SHORT,
        String.format(
            Locale.ROOT,
            "The window of %.2f s resolves the energy to %.2f %%, and %.2f %% was asked for: make"
                + " the iteration or the cap longer.",
            result.timeSeconds(),
            100 * result.relativeUncertainty(),
            100 * target));
  }

  /**
   * Works until the temperature is level: no more than 1 °C apart over {@value #LEVEL_SECONDS} s.
   *
   * @return seconds that it took; the cap or more if it never was, NaN if the temperature is not
   *     known
   */
  public static double untilLevel(
      EnergyWindow window, Runnable moreWork, double capSeconds, LongSupplier nanoClock) {
    long begin = nanoClock.getAsLong();
    long levelSince = begin;
    double low = window.temperatureCelsius();
    double high = low;
    if (Double.isNaN(low)) {
      return Double.NaN;
    }
    while (true) {
      long now = nanoClock.getAsLong();
      if ((now - levelSince) * 1e-9 >= LEVEL_SECONDS || (now - begin) * 1e-9 >= capSeconds) {
        return (now - begin) * 1e-9;
      }
      moreWork.run();
      double celsius = window.temperatureCelsius();
      low = Math.min(low, celsius);
      high = Math.max(high, celsius);
      if (high - low > LEVEL_CELSIUS) {
        low = celsius;
        high = celsius;
        levelSince = nanoClock.getAsLong();
      }
    }
  }
}
