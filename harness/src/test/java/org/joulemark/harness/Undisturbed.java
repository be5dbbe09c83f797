package org.joulemark.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * Repeats a measurement that a crowded machine may have spoilt.
 *
 * <p>A claim about accuracy holds for windows whose threads ran when they were due. On a machine
 * with more work than cores that is not every window, and no test can tell beforehand which. So a
 * test may take another one, a few times. This hides no bug in what is measured: every attempt is a
 * whole measurement that must meet the whole claim, so whatever is wrong systematically (a factor,
 * a bias, an end that is not aligned) fails each of them alike. What it does not show is a fault
 * that comes and goes, so every attempt that failed is printed, and claims about faults or about
 * states are made without it.
 */
public final class Undisturbed {
  private static final int MOST_ATTEMPTS = 5;

  private Undisturbed() {}

  /** One whole measurement with its assertions. */
  @FunctionalInterface
  public interface Attempt {
    /** Measures and asserts. */
    void make() throws Exception;
  }

  /**
   * Makes attempts until one holds.
   *
   * @throws AssertionError with what every attempt said, if none of five held
   * @throws Exception what an attempt throws that is not a failed assertion, at once
   */
  public static void undisturbed(Attempt attempt) throws Exception {
    List<AssertionError> failures = new ArrayList<>();
    while (failures.size() < MOST_ATTEMPTS) {
      try {
        attempt.make();
        return;
      } catch (AssertionError e) {
        failures.add(e);
        System.err.println("attempt " + failures.size() + " did not hold: " + e.getMessage());
      }
    }
    StringBuilder all = new StringBuilder("None of " + MOST_ATTEMPTS + " attempts held:");
    failures.forEach(failure -> all.append('\n').append(failure.getMessage()));
    AssertionError none = new AssertionError(all.toString());
    failures.forEach(none::addSuppressed);
    throw none;
  }
}
