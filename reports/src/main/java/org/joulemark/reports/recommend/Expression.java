package org.joulemark.reports.recommend;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions from users' files. */
final class Expression {
  private Expression() {}

  /**
   * Compiles {@code text}.
   *
   * @throws IllegalArgumentException in one line, if it is none
   */
  static Pattern of(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no regular expression: " + e.getDescription(), e);
    }
  }
}
