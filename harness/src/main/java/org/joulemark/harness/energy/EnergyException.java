package org.joulemark.harness.energy;

/** A meter cannot give a figure; the message is one sentence for people. */
public final class EnergyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final EnergyStatus status;

  /** With the status that the result gets, and the reason in one sentence. */
  public EnergyException(EnergyStatus status, String reason) {
    super(reason);
    this.status = status;
  }

  /** With the failure behind it. */
  public EnergyException(EnergyStatus status, String reason, Throwable cause) {
    super(reason, cause);
    this.status = status;
  }

  /** What the result's status becomes. */
  public EnergyStatus status() {
    return status;
  }

  /** The sentence. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
