package org.joulemark.harness.energy;

import java.util.Locale;

/**
 * Whether an energy figure can be trusted. A window whose status is not {@link #OK} has NaN for its
 * energy and a sentence that says why, never 0.
 */
public enum EnergyStatus {
  /** The figure stands. */
  OK(0),
  /** The window holds too few ticks of the meter, or no finished work unit. */
  TOO_SHORT(1),
  /** There is no meter, or it does not offer what was asked for. */
  UNSUPPORTED(2),
  /** The counter went back between two readings. */
  RESET(3),
  /** The counter did not move while time passed. */
  STUCK(4),
  /** The GPU is split (MIG) and its meter covers every instance of it. */
  MIG_SHARED(5),
  /** The meter covers a module of processor and GPU, not the GPU alone. */
  MODULE_SCOPE(6),
  /** The device fell off the bus, or its driver stopped answering. */
  LOST(7),
  /** Another process used the GPU meanwhile. */
  FOREIGN_LOAD(8);

  private final int code;

  EnergyStatus(int code) {
    this.code = code;
  }

  /** The name used in results: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number that stands for this status where results can carry only numbers; 0 is ok. */
  public int code() {
    return code;
  }
}
