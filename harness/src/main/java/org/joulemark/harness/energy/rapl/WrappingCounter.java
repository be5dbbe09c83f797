package org.joulemark.harness.energy.rapl;

/**
 * Turns a counter that starts again from zero into one that does not. It must be read at least once
 * per turn; at 100 W a usual range of 262 kJ turns once in 43 minutes.
 */
final class WrappingCounter {
  private final long range;
  private long last;
  private long turned;

  /** With the value at which the counter starts again, and a first reading. */
  WrappingCounter(long range, long first) {
    this.range = range;
    this.last = first;
  }

  /** The unwrapped value for this reading. */
  long unwrap(long reading) {
    if (reading < last) {
      turned += range;
    }
    last = reading;
    return turned + reading;
  }
}
