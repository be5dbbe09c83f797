package org.joulemark.kernels.layer;

/** What a pass may be off by is so much that nothing could be wrong; it must not be timed. */
public final class UnverifiableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With one sentence.
   *
   * @param message what cannot be verified, why, and what to do
   */
  public UnverifiableException(String message) {
    super(message);
  }
}
