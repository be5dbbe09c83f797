package org.joulemark.harness.energy.source;

/**
 * One line of an examination of this host's energy sources.
 *
 * @param subject what was looked for
 * @param state whether it can be used
 * @param detail what was found, or what is missing
 * @param remedy the one line that would fix it, empty where nothing is to fix or nothing would
 */
public record Finding(String subject, State state, String detail, String remedy) {

  /** What an examination says of its subject. */
  public enum State {
    /** Found, usable. */
    OK,
    /** Not on this host; results say so or use another source. */
    ABSENT,
    /** There, but not usable as it is; the remedy says what to do. */
    MISSING
  }
}
