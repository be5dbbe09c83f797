package org.joulemark.harness.energy;

import java.util.Locale;

/** Where an energy figure comes from. Kinds are never compared with each other silently. */
public enum EnergyKind {
  /** A hardware counter of energy. */
  MEASURED(1),
  /** Power readings of a sensor, integrated over time by this program. */
  INTEGRATED(2),
  /** A stated power model, because there is no sensor. */
  MODELLED(3);

  private final int code;

  EnergyKind(int code) {
    this.code = code;
  }

  /** The number that stands for this kind where results can carry only numbers, from 1. */
  public int code() {
    return code;
  }

  /** The name used in results: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
