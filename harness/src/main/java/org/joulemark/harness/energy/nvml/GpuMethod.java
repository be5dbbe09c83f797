package org.joulemark.harness.energy.nvml;

import org.joulemark.harness.energy.EnergyKind;

/** How the energy of a GPU is found. */
public enum GpuMethod {
  /** The energy counter, in windows aligned to its edges. */
  COUNTER(EnergyKind.MEASURED, 0),
  /** The sensor's present power, integrated. */
  INSTANT(EnergyKind.INTEGRATED, 0.1),
  /** The sensor's mean over the last second, integrated; so a window begins a second late. */
  AVERAGE(EnergyKind.INTEGRATED, 1),
  /** The driver's buffer of power samples, integrated. */
  SAMPLES(EnergyKind.INTEGRATED, 0.1),
  /** Power once a second, each reading counted for a second: what the study did. */
  STUDY(EnergyKind.INTEGRATED, 0);

  private final EnergyKind kind;
  private final double responseSeconds;

  GpuMethod(EnergyKind kind, double responseSeconds) {
    this.kind = kind;
    this.responseSeconds = responseSeconds;
  }

  /** What its figures are. */
  public EnergyKind kind() {
    return kind;
  }

  /** How long its readings still remember what was before. */
  double responseSeconds() {
    return responseSeconds;
  }
}
