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
    double responseSeconds) {}
