package org.joulemark.harness.energy.nvml;

import org.joulemark.harness.energy.EnergyStatus;

/** Return codes of the library (nvml.h, {@code nvmlReturn_t}). */
final class NvmlReturn {
  static final int SUCCESS = 0;
  static final int INVALID_ARGUMENT = 2;
  static final int NOT_SUPPORTED = 3;
  static final int NO_PERMISSION = 4;
  static final int NOT_FOUND = 6;
  static final int DRIVER_NOT_LOADED = 9;
  static final int FUNCTION_NOT_FOUND = 13;

  private NvmlReturn() {}

  /** Whether the code says that this GPU or driver does not offer what was asked for. */
  static boolean isAbsence(int code) {
    return code == NOT_SUPPORTED
        || code == NO_PERMISSION
        || code == FUNCTION_NOT_FOUND
        || code == INVALID_ARGUMENT
        || code == NOT_FOUND;
  }

  /** What a window's status becomes. */
  static EnergyStatus status(int code) {
    return isAbsence(code) || code == DRIVER_NOT_LOADED
        ? EnergyStatus.UNSUPPORTED
        : EnergyStatus.LOST;
  }
}
