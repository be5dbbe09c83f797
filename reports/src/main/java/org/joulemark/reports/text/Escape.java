package org.joulemark.reports.text;

import java.util.Locale;

/** Makes names from result files, which may hold anything, harmless where they are written. */
public final class Escape {
  /** Longer names are cut where people read them; files for machines keep them whole. */
  private static final int LONGEST_SHOWN = 300;

  private static final String PLAIN_MARKDOWN = " .,;:/+-=()%±→–…·²³";

  private Escape() {}

  /**
   * One line of visible characters: line breaks and other controls become their code points behind
   * a backslash and a u, halves of surrogate pairs and what no XML may hold become U+FFFD.
   */
  public static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (Character.isISOControl(point) || point == 0x2028 || point == 0x2029) {
                line.append(String.format(Locale.ROOT, "\\u%04x", point));
              } else if (isSurrogate(point) || (point & 0xFFFE) == 0xFFFE || isBidi(point)) {
                line.append('\uFFFD');
              } else {
                line.appendCodePoint(point);
              }
            });
    return line.toString();
  }

  /** {@link #line} for people: cut where it is too long for a table. */
  public static String shown(String text) {
    String line = line(text);
    return line.codePointCount(0, line.length()) <= LONGEST_SHOWN
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST_SHOWN)) + "…";
  }

  /**
   * {@link #shown} as text of a Markdown table: every punctuation mark that could mean something to
   * Markdown, to HTML or to GitHub becomes a character reference.
   */
  public static String markdown(String text) {
    StringBuilder escaped = new StringBuilder();
    shown(text)
        .codePoints()
        .forEach(
            point -> {
              if (Character.isLetterOrDigit(point) || PLAIN_MARKDOWN.indexOf(point) >= 0) {
                escaped.appendCodePoint(point);
              } else {
                escaped.append("&#").append(point).append(';');
              }
            });
    // A colon before the slashes makes GitHub link what looks like an address.
    return escaped.toString().replace("://", "&#58;//");
  }

  /** {@link #line} as the value of an OpenMetrics label, without its quotes. */
  public static String label(String text) {
    return line(text).replace("\\", "\\\\").replace("\"", "\\\"");
  }

  /** The name of an OpenMetrics label: letters, digits and underscores. */
  public static String labelName(String text) {
    return text.replaceAll("[^a-zA-Z0-9_]", "_");
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  /** Marks that turn the direction of what follows, and so could make a line read as another. */
  private static boolean isBidi(int point) {
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  }
}
