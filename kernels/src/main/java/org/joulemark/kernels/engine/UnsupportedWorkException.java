package org.joulemark.kernels.engine;

/**
 * This engine, on this hardware, cannot do what was asked. It is a recorded outcome, not a failure:
 * the message is one sentence that says what is missing.
 */
public final class UnsupportedWorkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason, for people. */
  public UnsupportedWorkException(String reason) {
    super(reason);
  }

  /** With the reason, for people, and where it came to light. */
  public UnsupportedWorkException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
