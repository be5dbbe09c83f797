package org.joulemark.reports.result;

import java.util.Arrays;

/**
 * Every measured value of one metric, by fork and iteration: JMH's {@code rawData}. The fork is the
 * unit of replication: iterations of one fork share a virtual machine and are no independent
 * samples.
 */
public final class Samples {
  /** No values, as in JMH's sampling mode, which keeps a histogram instead. */
  public static final Samples NONE = new Samples(new double[0][]);

  private final double[][] forks;

  private Samples(double[][] forks) {
    this.forks = forks;
  }

  /** The values of each fork; copies the arrays. */
  public static Samples of(double[]... forks) {
    return new Samples(Arrays.stream(forks).map(double[]::clone).toArray(double[][]::new));
  }

  /** Takes the arrays as they are; nobody else may keep them. */
  static Samples keeping(double[][] forks) {
    return new Samples(forks);
  }

  /** How many forks there are. */
  public int forks() {
    return forks.length;
  }

  /**
   * A copy of the values of one fork in the iterations' order; NaN where an iteration has none.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ {@code fork} &lt; {@link #forks()}
   */
  public double[] fork(int fork) {
    return forks[fork].clone();
  }

  /** A copy of the values of all forks, one after the other. */
  public double[] all() {
    return forks.length == 1
        ? fork(0)
        : Arrays.stream(forks).flatMapToDouble(Arrays::stream).toArray();
  }

  /** Every value times {@code factor}. */
  Samples times(double factor) {
    return keeping(
        Arrays.stream(forks)
            .map(fork -> Arrays.stream(fork).map(value -> value * factor).toArray())
            .toArray(double[][]::new));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Samples samples && Arrays.deepEquals(forks, samples.forks);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(forks);
  }

  @Override
  public String toString() {
    return Arrays.deepToString(forks);
  }
}
