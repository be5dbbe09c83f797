package org.joulemark.harness.energy.modelled;

/**
 * Power of a processor that has no readable sensor: P = processors · idleWatts + busyCores ·
 * (busyWatts − idleWatts).
 *
 * <p>It is a model, not a measurement. The default coefficients, {@value #DEFAULT_IDLE_WATTS} W
 * idle and {@value #DEFAULT_BUSY_WATTS} W busy per logical processor, are the average AWS
 * coefficients published in the Cloud Carbon Footprint methodology; they know nothing of this
 * processor, its clock or its vector units, so an error of up to ±50 % is stated with each figure.
 *
 * @param processors logical processors that the model counts as switched on
 * @param idleWatts power of one logical processor that does nothing
 * @param busyWatts power of one logical processor that is fully busy
 */
public record PowerModel(int processors, double idleWatts, double busyWatts) {
  /** Default power of an idle logical processor in watts. */
  public static final double DEFAULT_IDLE_WATTS = 0.74;

  /** Default power of a busy logical processor in watts. */
  public static final double DEFAULT_BUSY_WATTS = 3.5;

  /** Stated error of the model, as a fraction. */
  public static final double ERROR = 0.5;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException unless 0 ≤ idleWatts ≤ busyWatts, finite, and processors ≥ 1
   */
  public PowerModel {
    if (processors < 1) {
      throw new IllegalArgumentException("processors must be at least 1");
    }
    if (!(idleWatts >= 0) || !(busyWatts >= idleWatts) || Double.isInfinite(busyWatts)) {
      throw new IllegalArgumentException(
          "0 <= cpu-idle-watts <= cpu-busy-watts must hold, got "
              + idleWatts
              + " and "
              + busyWatts);
    }
  }

  /** The default coefficients for the logical processors that this JVM may use. */
  public static PowerModel ofThisHost() {
    return new PowerModel(
        Runtime.getRuntime().availableProcessors(), DEFAULT_IDLE_WATTS, DEFAULT_BUSY_WATTS);
  }

  /** Energy over a stretch of time in which this much processor time was spent. */
  public double joules(double seconds, double cpuSeconds) {
    return processors * idleWatts * seconds + cpuSeconds * (busyWatts - idleWatts);
  }
}
