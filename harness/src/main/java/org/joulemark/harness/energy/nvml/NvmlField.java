package org.joulemark.harness.energy.nvml;

/** Field ids of nvmlDeviceGetFieldValues (nvml.h, {@code NVML_FI_DEV_*}). */
final class NvmlField {
  /** Nanoseconds throttled by the software power cap. */
  static final int THROTTLED_POWER = 74;

  /** Nanoseconds throttled by a thermal limit. */
  static final int THROTTLED_THERMAL = 75;

  /** Mean power of the last second in mW. */
  static final int POWER_AVERAGE = 185;

  /** Power now in mW. */
  static final int POWER_INSTANT = 186;

  /** Nanoseconds of software thermal slowdown. */
  static final int THROTTLED_SW_THERMAL = 269;

  /** Nanoseconds of hardware thermal slowdown. */
  static final int THROTTLED_HW_THERMAL = 270;

  /** Nanoseconds of hardware power brake. */
  static final int THROTTLED_POWER_BRAKE = 271;

  private NvmlField() {}
}
