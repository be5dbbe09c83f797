package org.joulemark.kernels.engine;

import java.util.Locale;

/** Whether something fits into memory, asked before anything of it is allocated. */
public final class MemoryNeed {
  private MemoryNeed() {}

  /**
   * Checks.
   *
   * @param what of which memory, such as {@code GPU memory}
   * @throws UnsupportedWorkException {@code needs 30.5 GB of …, 24.0 GB free} if it does not fit
   */
  public static void require(String what, long neededBytes, long freeBytes) {
    if (neededBytes > freeBytes) {
      throw new UnsupportedWorkException(
          String.format(
              Locale.ROOT,
              "needs %.1f GB of %s, %.1f GB free",
              neededBytes / 1e9,
              what,
              freeBytes / 1e9));
    }
  }
}
