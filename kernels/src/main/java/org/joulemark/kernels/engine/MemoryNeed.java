package org.joulemark.kernels.engine;

import java.util.Locale;

/** Whether something fits into memory, asked before anything of it is allocated. */
public final class MemoryNeed {
  /**
   * A virtual machine may refuse arrays that are a few elements shorter than what an int counts.
   */
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

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

  /**
   * Checks that a result can be handed over, which is done in one array.
   *
   * @param what it is, such as {@code output}
   * @throws UnsupportedWorkException if it has more numbers than an array
   */
  public static void requireArray(String what, long numbers) {
    if (numbers > LARGEST_ARRAY) {
      throw new UnsupportedWorkException(
          String.format(
              Locale.ROOT,
              "The %s would be %,d numbers, and an array holds at most %,d; choose a smaller batch"
                  + " or fewer tokens.",
              what,
              numbers,
              LARGEST_ARRAY));
    }
  }
}
