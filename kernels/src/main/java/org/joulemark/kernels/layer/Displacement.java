package org.joulemark.kernels.layer;

/**
 * Whether an output has the error that its strategy defines, and not merely a small one.
 *
 * <p>Quantization moves an output from u, where nothing is quantized, to d. An engine's own
 * rounding to 16 bits turns some codes by a step, and these turn others further on: what it gives,
 * a, may be nearly as far from d as u is, so that distance alone would let an engine pass that does
 * not quantize at all. But its error must point the same way: (a − u)·(d − u) / ‖d − u‖² is about 1
 * for an engine that follows the definition, whatever its own rounding adds, and about 0 for one
 * that does not quantize, or quantizes otherwise.
 */
public final class Displacement {
  // Between the two, nearer to 0: codes that turn take an error from its defined side to the other,
  // which in tests at widths of 32 has left 0.6.
  private static final double LARGEST_DEVIATION = 0.7;

  private Displacement() {}

  /**
   * Compares the way that {@code actual} was moved with the defined one. Where the definition is
   * hardly further from {@code unquantized} than the base precision's own error is, there is
   * nothing to see, and it passes.
   *
   * @param definition what the strategy defines
   * @param unquantized what there is where nothing is quantized
   * @param baseError relative Frobenius error that the base precision alone may have
   * @return |1 − (a − u)·(d − u) / ‖d − u‖²| as the relative error; infinite if a number is not
   *     finite
   * @throws IllegalArgumentException if their dimensions differ
   */
  public static TensorComparison of(
      String name,
      HostTensor definition,
      HostTensor unquantized,
      HostTensor actual,
      double baseError) {
    TensorComparison plain = TensorComparison.of(name, definition, actual, Double.MAX_VALUE);
    double along = 0;
    double defined = 0;
    double squares = 0;
    for (int i = 0; i < actual.values().length; i++) {
      double u = unquantized.values()[i];
      double move = definition.values()[i] - u;
      along += (actual.values()[i] - u) * move;
      defined += move * move;
      squares += u * u;
    }
    boolean visible = defined > baseError * baseError * squares;
    double deviation = visible ? Math.abs(1 - along / defined) : 0;
    if (!plain.passed()) {
      deviation = Double.POSITIVE_INFINITY;
    }
    return new TensorComparison(
        plain.name(),
        plain.elements(),
        plain.maxAbsolute(),
        deviation,
        plain.worstIndex(),
        plain.worstExpected(),
        plain.worstActual(),
        LARGEST_DEVIATION,
        deviation <= LARGEST_DEVIATION);
  }
}
