package org.joulemark.harness.energy;

import java.util.Locale;

/** Turns the two ends of a window into a result, or into the state and sentence of its fault. */
final class WindowArithmetic {
  /** A figure that repeats no better than this is none. */
  static final double WORST_REPEATABILITY = 0.10;

  /** After this long, a hardware counter that has not moved is stuck. */
  private static final double STUCK_SECONDS = 0.5;

  private WindowArithmetic() {}

  /**
   * The result between two ends.
   *
   * @param info what measured it
   * @param joules difference of the two readings
   * @param seconds between the two instants
   * @param units done between them
   * @param uncertaintyJoules standard uncertainty of the energy of those units
   */
  static WindowResult between(
      MeterInfo info, double joules, double seconds, double units, double uncertaintyJoules) {
    if (joules < 0 && info.kind() != EnergyKind.INTEGRATED) {
      return wentBack(info);
    }
    if (units <= 0) {
      return WindowResult.failed(
          info, EnergyStatus.TOO_SHORT, "No work unit was finished in the window.");
    }
    if (joules == 0 && seconds >= STUCK_SECONDS && info.kind() != EnergyKind.MODELLED) {
      return stuck(info, seconds);
    }
    // Half a tick of slack: the tick is calibrated, and edges are found to a few milliseconds.
    if (seconds <= 0 || seconds < (MeterInfo.LEAST_TICKS - 0.5) * info.tickSeconds()) {
      return tooShort(info, seconds);
    }
    if (!(uncertaintyJoules <= WORST_REPEATABILITY * joules)) {
      return WindowResult.failed(
          info,
          EnergyStatus.TOO_SHORT,
          String.format(
              Locale.ROOT,
              "The window of %.3f s resolves the energy to no better than %.0f %%: make the"
                  + " iteration longer.",
              seconds,
              100 * uncertaintyJoules / joules));
    }
    return WindowResult.ok(info, joules, seconds, units, uncertaintyJoules);
  }

  static WindowResult wentBack(MeterInfo info) {
    return WindowResult.failed(
        info,
        EnergyStatus.RESET,
        "The energy counter of "
            + info.domain()
            + " went back during the window: it was reset, or the driver was reloaded.");
  }

  static WindowResult stuck(MeterInfo info, double seconds) {
    return WindowResult.failed(
        info,
        EnergyStatus.STUCK,
        String.format(
            Locale.ROOT,
            "The energy counter of %s did not move in %.2f s.",
            info.domain(),
            seconds));
  }

  /** Units differ, and what lies between the readings is not a whole round of them. */
  static WindowResult noRound(MeterInfo info, int round, double units) {
    return WindowResult.failed(
        info,
        EnergyStatus.TOO_SHORT,
        String.format(
            Locale.ROOT,
            "The window holds %.1f units, and they repeat only after %d: let an iteration last"
                + " longer, or draw fewer.",
            units,
            round));
  }

  /** Between the first and the last edge there is too little. */
  static WindowResult tooShort(MeterInfo info, double seconds) {
    return WindowResult.failed(
        info,
        EnergyStatus.TOO_SHORT,
        String.format(
            Locale.ROOT,
            "The window holds %.3f s between readings that mark an instant, and %s needs at least"
                + " %d ticks of %.3f s: let an iteration last at least %.2f s.",
            seconds,
            info.name(),
            MeterInfo.LEAST_TICKS,
            info.tickSeconds(),
            info.leastIterationSeconds()));
  }
}
