package org.joulemark.kernels.qat;

/**
 * Dynamic loss scaling (Micikevicius et al., "Mixed precision training", arXiv 1710.03740): the
 * loss's gradient is multiplied by a power of two, so that FP16 holds what would else underflow.
 * Where a gradient overflows, the step is skipped and the factor halved; after 2000 steps without
 * one it is doubled.
 */
public final class LossScaler {
  /** Where it starts. */
  public static final double INITIAL = 65_536;

  /** Steps without overflow until the factor is doubled. */
  public static final int GROWTH_INTERVAL = 2000;

  private final boolean dynamic;
  private double scale;
  private int clean;
  private int overflows;

  private LossScaler(boolean dynamic, double scale) {
    this.dynamic = dynamic;
    this.scale = scale;
  }

  /** Starts at {@value #INITIAL}. */
  public static LossScaler dynamic() {
    return new LossScaler(true, INITIAL);
  }

  /** The factor stays 1; steps that overflow are skipped all the same. */
  public static LossScaler none() {
    return new LossScaler(false, 1);
  }

  /**
   * By name.
   *
   * @param name {@code dynamic} or {@code none}
   * @throws IllegalArgumentException for another one
   */
  public static LossScaler named(String name) {
    return switch (name) {
      case "dynamic" -> dynamic();
      case "none" -> none();
      default ->
          throw new IllegalArgumentException(
              "lossScaling=" + name + " is not known; choose from dynamic, none.");
    };
  }

  /** What the next step's loss is multiplied by. */
  public double scale() {
    return scale;
  }

  /** Steps skipped so far. */
  public int overflows() {
    return overflows;
  }

  /** Learns how a step went. */
  void update(boolean overflowed) {
    if (overflowed) {
      overflows++;
      clean = 0;
      if (dynamic) {
        scale /= 2;
      }
    } else if (++clean == GROWTH_INTERVAL) {
      clean = 0;
      if (dynamic) {
        scale *= 2;
      }
    }
  }
}
