package org.joulemark.kernels.cuda;

import org.junit.jupiter.api.Assumptions;

/** Skips a test aloud. */
final class Needs {
  private Needs() {}

  /** Goes on if {@code available}; otherwise prints the reason and skips the calling test. */
  static void that(boolean available, String reason) {
    if (!available) {
      System.out.println("Skipped: " + reason + ".");
    }
    Assumptions.assumeTrue(available, reason);
  }
}
