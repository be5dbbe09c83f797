package org.joulemark.kernels.gemm;

/**
 * The random numbers of one matrix row: SplitMix64 (Steele, Lea, Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014) under a seed mixed from the row's coordinates, and
 * normal deviates by the ziggurat of Marsaglia and Tsang (J. Stat. Softw. 5(8), 2000) with 128
 * layers, whose layer index and abscissa come from different bits of one draw. Only exactly rounded
 * arithmetic and {@link StrictMath} are used, so a seed gives the same numbers everywhere.
 */
final class RowGenerator {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private static final int LAYERS = 128;
  // Where the tail starts and the area of each layer, for 128 layers, from the paper.
  private static final double TAIL = 3.442619855899;
  private static final double AREA = 9.91256303526217e-3;

  /** Right edge of each layer under the unnormalized density exp(−x²/2); the last one is 0. */
  private static final double[] EDGE = new double[LAYERS + 1];

  /** Part of each layer that lies wholly under the density. */
  private static final double[] INSIDE = new double[LAYERS];

  static {
    double density = StrictMath.exp(-0.5 * TAIL * TAIL);
    EDGE[0] = AREA / density;
    EDGE[1] = TAIL;
    for (int i = 2; i < LAYERS; i++) {
      EDGE[i] = Math.sqrt(-2.0 * StrictMath.log(AREA / EDGE[i - 1] + density));
      density = StrictMath.exp(-0.5 * EDGE[i] * EDGE[i]);
    }
    EDGE[LAYERS] = 0.0;
    for (int i = 0; i < LAYERS; i++) {
      INSIDE[i] = EDGE[i + 1] / EDGE[i];
    }
  }

  private long state;

  private RowGenerator(long state) {
    this.state = state;
  }

  /** The generator of one row. */
  static RowGenerator of(long seed, int matrix, int batch, int row) {
    long mixed = mix(seed + GOLDEN_GAMMA);
    mixed = mix(mixed + GOLDEN_GAMMA * matrix);
    mixed = mix(mixed + GOLDEN_GAMMA * (batch + 1L));
    return new RowGenerator(mix(mixed + GOLDEN_GAMMA * (row + 1L)));
  }

  /** Uniform in [−1, 1), a multiple of 2⁻²³. */
  float nextUniform() {
    return (nextLong() >> 40) * 0x1p-23f;
  }

  /** Standard normal. */
  double nextNormal() {
    while (true) {
      long draw = nextLong();
      int layer = (int) draw & (LAYERS - 1);
      double unit = (draw >> 11) * 0x1p-52;
      if (Math.abs(unit) < INSIDE[layer]) {
        return unit * EDGE[layer];
      }
      if (layer == 0) {
        return tail(unit < 0);
      }
      double x = unit * EDGE[layer];
      double below = StrictMath.exp(-0.5 * (EDGE[layer] * EDGE[layer] - x * x));
      double above = StrictMath.exp(-0.5 * (EDGE[layer + 1] * EDGE[layer + 1] - x * x));
      if (below + nextPositive() * (above - below) < 1.0) {
        return x;
      }
    }
  }

  /** A deviate beyond {@link #TAIL}, by Marsaglia's rejection from an exponential. */
  private double tail(boolean negative) {
    double excess;
    double height;
    do {
      excess = -StrictMath.log(nextPositive()) / TAIL;
      height = -StrictMath.log(nextPositive());
    } while (height + height < excess * excess);
    return negative ? -TAIL - excess : TAIL + excess;
  }

  /** Uniform in (0, 1]. */
  private double nextPositive() {
    return ((nextLong() >>> 11) + 1) * 0x1p-53;
  }

  private long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
