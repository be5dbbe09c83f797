package org.joulemark.kernels.model;

import java.nio.file.Path;

/**
 * A model's file is broken, or describes what this suite does not know. The message is one sentence
 * that names the file and the field or tensor.
 */
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MOST_NAME_CHARACTERS = 120;

  /** With the file and what is wrong with it, a clause without a full stop. */
  public ModelFormatException(Path file, String problem) {
    super(file + ": " + problem + ".");
  }

  /** As the other, with what caused it. */
  public ModelFormatException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem + ".", cause);
  }

  /** With the file and one of its tensors; a name that is too long to read is shortened. */
  static ModelFormatException ofTensor(Path file, String tensor, String problem) {
    String name =
        tensor.length() <= MOST_NAME_CHARACTERS
            ? tensor
            : tensor.substring(0, MOST_NAME_CHARACTERS) + "…";
    return new ModelFormatException(file, "tensor " + name + ": " + problem);
  }
}
