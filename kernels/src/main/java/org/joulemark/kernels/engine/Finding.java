package org.joulemark.kernels.engine;

/**
 * One line of an examination: what was looked for and what was found.
 *
 * @param subject such as {@code CUDA driver}
 * @param state whether it is there
 * @param detail what was found: name, version, path; or what is missing
 * @param remedy the one line that would fix it, empty where nothing is to fix
 */
public record Finding(String subject, State state, String detail, String remedy) {

  /** What an examination says of its subject. */
  public enum State {
    /** Found, usable. */
    OK,
    /** Absent, and the engine runs without it. */
    ABSENT,
    /** Missing, and the engine cannot be opened without it. */
    MISSING
  }

  /** A subject that is there. */
  public static Finding ok(String subject, String detail) {
    return new Finding(subject, State.OK, detail, "");
  }

  /** A subject that is absent, with what would bring it. */
  public static Finding absent(String subject, String detail, String remedy) {
    return new Finding(subject, State.ABSENT, detail, remedy);
  }

  /** A subject without which the engine cannot be opened, with what would bring it. */
  public static Finding missing(String subject, String detail, String remedy) {
    return new Finding(subject, State.MISSING, detail, remedy);
  }
}
