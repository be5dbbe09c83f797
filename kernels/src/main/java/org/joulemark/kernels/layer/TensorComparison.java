package org.joulemark.kernels.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How far one tensor is from what it should be.
 *
 * @param name which tensor
 * @param elements numbers compared
 * @param maxAbsolute largest |actual − expected|; infinite if a number is not finite
 * @param relativeFrobenius ‖actual − expected‖F / ‖expected‖F; infinite if a number is not finite
 * @param worstIndex where the largest difference is, one index a dimension
 * @param worstExpected what should be there
 * @param worstActual what is there
 * @param bound the largest relative Frobenius error that is right
 * @param passed whether the error is within the bound
 */
public record TensorComparison(
    String name,
    long elements,
    double maxAbsolute,
    double relativeFrobenius,
    List<Integer> worstIndex,
    double worstExpected,
    double worstActual,
    double bound,
    boolean passed) {

  /**
   * Compares two tensors number by number.
   *
   * @throws IllegalArgumentException if their dimensions differ
   */
  public static TensorComparison of(
      String name, HostTensor expected, HostTensor actual, double bound) {
    if (!expected.dimensions().equals(actual.dimensions())) {
      throw new IllegalArgumentException(
          name
              + " has the shape "
              + actual.dimensions()
              + " where "
              + expected.dimensions()
              + " is expected.");
    }
    float[] want = expected.values();
    float[] have = actual.values();
    double squaredError = 0;
    double squares = 0;
    double largest = -1;
    int worst = 0;
    for (int i = 0; i < want.length; i++) {
      double error = Math.abs((double) have[i] - want[i]);
      if (!Double.isFinite(error)) {
        error = Double.POSITIVE_INFINITY;
      }
      squaredError += error * error;
      squares += (double) want[i] * want[i];
      if (error > largest) {
        largest = error;
        worst = i;
      }
    }
    // Against a tensor of zeros only zeros are right.
    double relative = squaredError == 0 ? 0 : Math.sqrt(squaredError / squares);
    return new TensorComparison(
        name,
        want.length,
        Math.max(0, largest),
        relative,
        index(expected.dimensions(), worst),
        want[worst],
        have[worst],
        bound,
        relative <= bound);
  }

  /** The score of this tensor in [0, 1]: 1 − relative Frobenius error. */
  public double fidelity() {
    return Math.max(0, 1 - relativeFrobenius);
  }

  private static List<Integer> index(List<Integer> dimensions, int flat) {
    List<Integer> index = new ArrayList<>();
    int rest = flat;
    for (int d = dimensions.size() - 1; d >= 0; d--) {
      index.add(rest % dimensions.get(d));
      rest /= dimensions.get(d);
    }
    Collections.reverse(index);
    return List.copyOf(index);
  }
}
