package org.joulemark.kernels.layer;

import java.util.SplittableRandom;
import org.joulemark.kernels.quant.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * Moves numbers before they are quantized as an engine's own rounding does, by up to two roundings
 * to the format in which it stores them: one of what the part before gives, one of what lies
 * between. Seeded, so that a pass is moved in the same way each time. Used from one thread.
 */
final class Jitter {
  /** Moves nothing. */
  static final Jitter NONE = new Jitter(0, null);

  private static final int ROUNDINGS = 2;
  private static final double FP16_ROUNDOFF = 0x1p-11;
  private static final double BF16_ROUNDOFF = 0x1p-8;

  private final double most;
  private final @Nullable SplittableRandom random;

  private Jitter(double most, @Nullable SplittableRandom random) {
    this.most = most;
    this.random = random;
  }

  /**
   * Of an engine that stores in a format. FP32 is moved as far as FP16: any code may turn there
   * too, only more rarely, so that what one turned code does is no error either.
   */
  static Jitter of(ElementType stored, long seed) {
    return new Jitter(most(stored), new SplittableRandom(seed));
  }

  /** How far, relative to a number, one of {@link #of} moves it at most. */
  static double most(ElementType stored) {
    return ROUNDINGS * (stored == ElementType.BF16 ? BF16_ROUNDOFF : FP16_ROUNDOFF);
  }

  /** Rows as an engine sees them: the same ones where nothing is moved. */
  double[][] moved(double[][] rows) {
    if (random == null) {
      return rows;
    }
    double[][] moved = new double[rows.length][];
    for (int m = 0; m < rows.length; m++) {
      moved[m] = moved(rows[m]);
    }
    return moved;
  }

  /** One row. */
  double[] moved(double[] row) {
    if (random == null) {
      return row;
    }
    double[] moved = row.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] *= 1 + most * (2 * random.nextDouble() - 1);
    }
    return moved;
  }
}
