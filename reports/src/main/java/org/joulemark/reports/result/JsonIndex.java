package org.joulemark.reports.result;

import java.io.IOException;
import java.util.Arrays;

/**
 * Where the parts of one JSON value stand in a text: its brackets, names, strings, numbers and
 * literals, without the colons and commas between them. One short loop goes over the bytes and
 * checks them, so that the code that looks for what is wanted is small, and what is not wanted
 * costs nothing more. Not thread-safe.
 */
final class JsonIndex {
  /** Characters of the longest number that an index takes. */
  static final int LONGEST_NUMBER = 64;

  private static final int LONGEST_STRING = 1 << 20;

  /** Far below the longest name that Jackson takes. */
  private static final int LONGEST_NAME = 1 << 12;

  /** As many as a long has bits. */
  private static final int DEEPEST = Long.SIZE;

  /** What may come next, as bits. */
  private static final int VALUE = 1;

  private static final int NAME = 1 << 1;
  private static final int COLON = 1 << 2;
  private static final int COMMA = 1 << 3;
  private static final int END = 1 << 4;

  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};

  private final RawStringCache strings;
  private final int[] open = new int[DEEPEST];
  private int[] starts = new int[1 << 12];
  private int[] ends = new int[1 << 12];
  private int size;
  private byte[] text = new byte[0];
  private boolean oneLine;

  /**
   * An index of nothing.
   *
   * @param strings decodes strings in which there may be something wrong
   */
  JsonIndex(RawStringCache strings) {
    this.strings = strings;
  }

  /**
   * Reads the value at {@code from}, which may have spaces before it, but no line feed: an index
   * looks no further than the line that it is asked about.
   *
   * @param bytes must not change as long as the index is used
   * @return where the value ends
   * @throws NotPlainException if no object or array is there, or it is not valid JSON, or has
   *     something that is valid and hardly ever met, such as a hundred brackets in each other
   * @throws IOException if a string in it cannot be decoded
   */
  int read(byte[] bytes, int from, int to) throws IOException {
    text = bytes;
    size = 0;
    oneLine = true;
    int depth = 0;
    // A bit for each bracket that is open, the innermost last.
    long objects = 0;
    int next = VALUE;
    int i = from;
    while (i < to) {
      byte character = bytes[i];
      switch (character) {
        case ' ' -> i = spacesEnd(i + 1, to);
        case '\t', '\r' -> i++;
        case '\n' -> {
          require(depth > 0);
          oneLine = false;
          i++;
        }
        case ',' -> {
          require((next & COMMA) != 0);
          next = (objects & 1) != 0 ? NAME : VALUE;
          i++;
        }
        case ':' -> {
          require(next == COLON);
          next = VALUE;
          i++;
        }
        case '"' -> {
          require((next & (NAME | VALUE)) != 0 && depth > 0);
          int end = stringEnd(i, to, (next & NAME) != 0);
          add(i, end);
          next = (next & NAME) != 0 ? COLON : COMMA | END;
          i = end;
        }
        case '{', '[' -> {
          require((next & VALUE) != 0 && depth < DEEPEST);
          open[depth++] = size;
          objects = objects << 1 | (character == '{' ? 1 : 0);
          next = (character == '{' ? NAME : VALUE) | END;
          add(i, 0);
          i++;
        }
        case '}', ']' -> {
          require((next & END) != 0 && ((objects & 1) != 0) == (character == '}'));
          add(i, 0);
          objects >>>= 1;
          depth--;
          ends[open[depth]] = size;
          i++;
          if (depth == 0) {
            return i;
          }
          next = COMMA | END;
        }
        default -> {
          require((next & VALUE) != 0 && depth > 0);
          int end = wordEnd(i, to);
          add(i, end);
          next = COMMA | END;
          i = end;
        }
      }
    }
    throw new NotPlainException();
  }

  /** The first byte of a part, which says what it is. */
  byte kind(int part) {
    return text[starts[part]];
  }

  /** Where a part stands in the text: a string with its quotation marks, a bracket alone. */
  int start(int part) {
    return starts[part];
  }

  /** Where a string, a number or a literal ends. */
  int end(int part) {
    return ends[part];
  }

  /** The part behind the whole value that begins with {@code part}. */
  int behind(int part) {
    byte kind = kind(part);
    return kind == '{' || kind == '[' ? ends[part] : part + 1;
  }

  /** Whether no line feed was met within the value. */
  boolean isOneLine() {
    return oneLine;
  }

  private void add(int start, int end) {
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    starts[size] = start;
    ends[size++] = end;
  }

  private int spacesEnd(int from, int to) {
    int i = from;
    while (i < to && text[i] == ' ') {
      i++;
    }
    return i;
  }

  private int stringEnd(int from, int to, boolean isName) throws IOException {
    boolean simple = true;
    int last = Math.min(to, from + (isName ? LONGEST_NAME : LONGEST_STRING));
    for (int i = from + 1; i < last; i++) {
      byte next = text[i];
      if (next == '"') {
        if (!simple) {
          requireString(from + 1, i, isName);
        }
        return i + 1;
      }
      if (next == '\\') {
        simple = false;
        i++;
      } else if (next < ' ') {
        // Below zero are the bytes of what is not ASCII; control characters have to be escaped.
        require(next < 0);
        simple = false;
      }
    }
    throw new NotPlainException();
  }

  /** Decodes what is not simple, only to find out whether it can be; in a name it is rare. */
  private void requireString(int from, int to, boolean isName) throws IOException {
    require(!isName);
    strings.of(text, from, to);
  }

  private int wordEnd(int from, int to) throws NotPlainException {
    return switch (text[from]) {
      case 'n' -> literalEnd(NULL, from, to);
      case 't' -> literalEnd(TRUE, from, to);
      case 'f' -> literalEnd(FALSE, from, to);
      default -> numberEnd(from, to);
    };
  }

  private int literalEnd(byte[] word, int from, int to) throws NotPlainException {
    int end = from + word.length;
    require(end <= to && Arrays.equals(text, from, end, word, 0, word.length));
    return end;
  }

  private int numberEnd(int from, int to) throws NotPlainException {
    int i = text[from] == '-' ? from + 1 : from;
    i = i < to && text[i] == '0' ? i + 1 : digitsEnd(i, to);
    if (i < to && text[i] == '.') {
      i = digitsEnd(i + 1, to);
    }
    if (i < to && (text[i] == 'e' || text[i] == 'E')) {
      i++;
      if (i < to && (text[i] == '+' || text[i] == '-')) {
        i++;
      }
      i = digitsEnd(i, to);
    }
    require(i - from <= LONGEST_NUMBER);
    return i;
  }

  /** Behind the digits from there on, of which there must be one. */
  private int digitsEnd(int from, int to) throws NotPlainException {
    int i = from;
    while (i < to && text[i] >= '0' && text[i] <= '9') {
      i++;
    }
    require(i > from);
    return i;
  }

  private static void require(boolean plain) throws NotPlainException {
    if (!plain) {
      throw new NotPlainException();
    }
  }
}
