package org.joulemark.reports.result;

import org.jspecify.annotations.Nullable;

/**
 * Gives one object for strings of which a file has thousands of copies (units, values of
 * parameters, notes), and makes none to find that out. It remembers as many as it has places and
 * forgets what another one displaces, so that it never grows. Not thread-safe.
 */
final class StringCache {
  private final @Nullable String[] known = new String[StringPlaces.COUNT];

  /** The characters as a string. */
  String of(char[] text, int from, int length) {
    int hash = 0;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + text[i];
    }
    int place = StringPlaces.of(hash);
    String there = known[place];
    if (there != null && isSame(there, text, from, length)) {
      return there;
    }
    String fresh = new String(text, from, length);
    known[place] = fresh;
    return fresh;
  }

  private static boolean isSame(String string, char[] text, int from, int length) {
    if (string.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (string.charAt(i) != text[from + i]) {
        return false;
      }
    }
    return true;
  }
}
