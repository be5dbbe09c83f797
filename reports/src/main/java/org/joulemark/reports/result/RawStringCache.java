package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * As {@link StringCache}, but for strings that still stand in a JSON text, escapes and all: a
 * string that is known need not be decoded. Not thread-safe.
 */
final class RawStringCache {
  /** Longer ones come once, and a cache of them would fill the memory. */
  private static final int LONGEST = 512;

  private final @Nullable Entry[] known = new Entry[StringPlaces.COUNT];

  /**
   * The string between two quotation marks.
   *
   * @param from behind the first quotation mark
   * @param to before the second
   * @throws IOException if that is not the inside of a JSON string
   */
  String of(byte[] text, int from, int to) throws IOException {
    if (to - from > LONGEST) {
      return decode(text, from, to);
    }
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text[i];
    }
    int place = StringPlaces.of(hash);
    Entry there = known[place];
    if (there != null && Arrays.equals(there.raw, 0, there.raw.length, text, from, to)) {
      return there.decoded;
    }
    String decoded = decode(text, from, to);
    known[place] = new Entry(Arrays.copyOfRange(text, from, to), decoded);
    return decoded;
  }

  /** The same as {@link #of}, of a string that is worth no place in the cache. */
  static String decode(byte[] text, int from, int to) throws IOException {
    if (isSimple(text, from, to)) {
      return new String(text, from, to - from, StandardCharsets.ISO_8859_1);
    }
    try (JsonParser parser = RowReader.JSON.createParser(text, from - 1, to - from + 2)) {
      parser.nextToken();
      return parser.getText();
    }
  }

  /** Whether the characters stand for themselves, one byte each. */
  private static boolean isSimple(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] < ' ' || text[i] == '\\') {
        return false;
      }
    }
    return true;
  }

  /** A string as it stands in the text, and what it means. */
  private static final class Entry {
    private final byte[] raw;
    private final String decoded;

    private Entry(byte[] raw, String decoded) {
      this.raw = raw;
      this.decoded = decoded;
    }
  }
}
