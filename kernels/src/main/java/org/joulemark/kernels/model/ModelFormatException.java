package org.joulemark.kernels.model;

import java.nio.file.Path;

/**
 * A model's file is broken, or describes what this suite does not know. The message is one sentence
 * that names the file and the field or tensor.
 */
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the file and what is wrong with it, a clause without a full stop. */
  public ModelFormatException(Path file, String problem) {
    super(file + ": " + problem + ".");
  }

  /** As the other, with what caused it. */
  public ModelFormatException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem + ".", cause);
  }
}
