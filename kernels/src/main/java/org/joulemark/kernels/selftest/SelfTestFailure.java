package org.joulemark.kernels.selftest;

/** A check saw a wrong result. The message is one sentence for people. */
public final class SelfTestFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the sentence. */
  public SelfTestFailure(String message) {
    super(message);
  }
}
