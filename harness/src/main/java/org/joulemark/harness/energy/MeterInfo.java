package org.joulemark.harness.energy;

/**
 * What a meter is and how finely it sees.
 *
 * @param name stable and lower case, such as {@code rapl} or {@code nvml-counter}
 * @param kind where its figures come from
 * @param scope what they cover
 * @param domain which device, such as {@code package-0} or a GPU's UUID
 * @param tickSeconds time between two updates of the value, 0 where every reading is current
 * @param quantumJoules smallest step of the value
 * @param gainError largest relative error of the value's scale, as a fraction; it does not shrink
 *     with longer windows and is never mixed into repeatability; NaN where nobody declares one
 * @param responseSeconds how long the value still remembers what was before: a window begins that
 *     much later than its work
 */
public record MeterInfo(
    String name,
    EnergyKind kind,
    EnergyScope scope,
    String domain,
    double tickSeconds,
    double quantumJoules,
    double gainError,
    double responseSeconds) {
  /** Fewer ticks than this between the ends of a window tell too little. */
  static final int LEAST_TICKS = 3;

  /**
   * How long an iteration must last for a window in it to hold whatever the phase of a ticking
   * value.
   */
  public double leastIterationSeconds() {
    // One tick until the first edge, and edges are looked for every 0.2 s at most.
    return responseSeconds + (LEAST_TICKS + 1) * tickSeconds + 0.25;
  }
}
