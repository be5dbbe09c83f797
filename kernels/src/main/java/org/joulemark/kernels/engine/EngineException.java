package org.joulemark.kernels.engine;

/**
 * An engine could not be opened, or a native call failed. The message is one sentence that names
 * the call, its code and its text where there is one, and says what to do next.
 */
public class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the sentence for people. */
  public EngineException(String message) {
    super(message);
  }

  /** With the sentence for people and what caused it. */
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
