package org.joulemark.benchmarks.run;

/**
 * The user asked for something that cannot be; the message is one sentence that names the valid
 * choices.
 */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the sentence for people. */
  public UsageException(String message) {
    super(message);
  }

  /** With the sentence for people and what caused it. */
  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
