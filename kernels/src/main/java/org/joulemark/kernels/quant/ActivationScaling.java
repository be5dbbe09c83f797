package org.joulemark.kernels.quant;

/** Where the scale of quantized activations comes from. */
public enum ActivationScaling {
  /** One scale for a whole tensor, fitted offline by a calibration. */
  PER_TENSOR("per-tensor"),
  /** One scale for each row (token), found at run time from the row itself. */
  PER_TOKEN("per-token");

  private final String id;

  ActivationScaling(String id) {
    this.id = id;
  }

  /** The name in strategies: {@code per-tensor} or {@code per-token}. */
  public String id() {
    return id;
  }
}
