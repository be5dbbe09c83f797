package org.joulemark.kernels.qat;

/**
 * Adam (Kingma, Ba, arXiv 1412.6980) with β₁ = 0.9 and β₂ = 0.999. A step is as long as the
 * learning rate says whatever the gradient's unit, so LSQ's factor 1/√(N·127) on a scale's gradient
 * would change nothing here.
 */
final class Adam {
  private static final double FIRST_DECAY = 0.9;
  private static final double SECOND_DECAY = 0.999;
  // Far below the gradients of one channel's scale, which are a share of 10⁻⁴ or less of the loss.
  private static final double EPSILON = 1e-20;

  private final double[] first;
  private final double[] second;
  private int steps;

  /** For so many parameters. */
  Adam(int parameters) {
    first = new double[parameters];
    second = new double[parameters];
  }

  /** Moves the parameters against a finite gradient. */
  void step(double[] parameters, double[] gradient, double rate) {
    steps++;
    double firstCorrection = 1 - Math.pow(FIRST_DECAY, steps);
    double secondCorrection = 1 - Math.pow(SECOND_DECAY, steps);
    for (int i = 0; i < parameters.length; i++) {
      first[i] = FIRST_DECAY * first[i] + (1 - FIRST_DECAY) * gradient[i];
      second[i] = SECOND_DECAY * second[i] + (1 - SECOND_DECAY) * gradient[i] * gradient[i];
      parameters[i] -=
          rate * (first[i] / firstCorrection) / (Math.sqrt(second[i] / secondCorrection) + EPSILON);
    }
  }
}
