package org.joulemark.kernels.engine;

/**
 * What a work whose linear parts look at each call's activations has decided since some moment
 * before.
 *
 * @param calls of linear parts that were decided
 * @param int8Calls of them those that ran in INT8
 * @param seconds that deciding took, in all those calls together
 */
public record Decisions(long calls, long int8Calls, double seconds) {

  /** Share of the calls that ran in INT8; NaN where nothing was called. */
  public double int8Share() {
    return calls == 0 ? Double.NaN : (double) int8Calls / calls;
  }

  /** What was decided here and by others that are counted apart. */
  public Decisions plus(Decisions other) {
    return new Decisions(calls + other.calls, int8Calls + other.int8Calls, seconds + other.seconds);
  }

  /** What was decided between an earlier moment of the same work and this one. */
  public Decisions since(Decisions earlier) {
    return new Decisions(
        calls - earlier.calls, int8Calls - earlier.int8Calls, seconds - earlier.seconds);
  }
}
