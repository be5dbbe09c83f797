package org.joulemark.kernels.gemm;

/** A GEMM's result is wrong; it must not be timed. The message names the worst element. */
public final class GemmMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient GemmVerification verification;

  /** With a verification that did not pass. */
  public GemmMismatchException(GemmVerification verification) {
    super(verification.message());
    this.verification = verification;
  }

  /** What was found. */
  public GemmVerification verification() {
    return verification;
  }
}
