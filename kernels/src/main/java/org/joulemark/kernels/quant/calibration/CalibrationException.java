package org.joulemark.kernels.quant.calibration;

import java.nio.file.Path;

/** A file is no calibration, or not the one that is needed. The message names file and field. */
public final class CalibrationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what is wrong: a clause about the field. */
  public CalibrationException(Path file, String problem) {
    super("calibration " + file + ": " + problem + ".");
  }

  /** With what is wrong and why. */
  public CalibrationException(Path file, String problem, Throwable cause) {
    super("calibration " + file + ": " + problem + ".", cause);
  }
}
