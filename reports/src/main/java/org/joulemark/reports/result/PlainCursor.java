package org.joulemark.reports.result;

import com.fasterxml.jackson.core.io.NumberInput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over bytes, for the JSON that results are made of nearly always. It makes no tokens of
 * what nobody reads, and its code is small enough to be compiled within a fraction of the second
 * that a report takes. Whatever it accepts is JSON and has the values that a {@link TokenCursor}
 * finds; at anything else, broken or only rare, it throws a {@link NotPlainException}. Not
 * thread-safe.
 */
final class PlainCursor implements JsonCursor {
  /** Digits of which every number fits a long. */
  private static final int MOST_LONG_DIGITS = 18;

  private final RawStringCache strings = new RawStringCache();
  private final JsonIndex index = new JsonIndex(strings);
  private final char[] digits = new char[JsonIndex.LONGEST_NUMBER];
  private byte[] bytes = new byte[0];
  private int part;

  /**
   * Goes to the object or array between those places, wherever the cursor was; spaces may stand
   * before it, but no line feed.
   *
   * @return where it ends
   * @throws IOException if it is not plain JSON
   */
  int enter(byte[] text, int from, int to) throws IOException {
    bytes = text;
    part = 0;
    return index.read(text, from, to);
  }

  /** Whether there is no line feed within the object or array. */
  boolean isOneLine() {
    return index.isOneLine();
  }

  @Override
  public boolean passNull() {
    if (index.kind(part) != 'n') {
      return false;
    }
    part++;
    return true;
  }

  @Override
  public void enterObject(String what) throws NotPlainException {
    expect('{');
    part++;
  }

  @Override
  public @Nullable NamePath next(NamePath path) throws IOException {
    if (index.kind(part) == '}') {
      part++;
      return null;
    }
    int name = part++;
    NamePath usual = path.expected();
    return usual != null && isName(usual.quotedName(), name)
        ? usual
        : path.followedBy(string(name));
  }

  @Override
  public void enterArray(String complaint) throws NotPlainException {
    expect('[');
    part++;
  }

  @Override
  public boolean hasNext() {
    if (index.kind(part) == ']') {
      part++;
      return false;
    }
    return true;
  }

  @Override
  public double number() throws IOException {
    int number = part++;
    byte kind = index.kind(number);
    if (kind == '"') {
      return JsonCursor.named(string(number)).orElseThrow(NotPlainException::new);
    }
    if (kind != '-' && (kind < '0' || kind > '9')) {
      throw new NotPlainException();
    }
    int from = index.start(number);
    int length = index.end(number) - from;
    boolean integer = true;
    for (int i = 0; i < length; i++) {
      char digit = (char) bytes[from + i];
      digits[i] = digit;
      integer &= digit >= '0' || digit == '-';
      integer &= digit <= '9';
    }
    return integer && length <= MOST_LONG_DIGITS
        ? integer(length)
        : NumberInput.parseDouble(digits, 0, length, true);
  }

  /** The integer whose digits, and sign if it is negative, are the first of {@link #digits}. */
  private double integer(int length) {
    boolean negative = digits[0] == '-';
    long value = 0;
    for (int i = negative ? 1 : 0; i < length; i++) {
      value = 10 * value + (digits[i] - '0');
    }
    return negative ? -value : value;
  }

  @Override
  public String word(String what) throws IOException {
    expect('"');
    return string(part++);
  }

  @Override
  public String rareWord() throws IOException {
    expect('"');
    int string = part++;
    return RawStringCache.decode(bytes, index.start(string) + 1, index.end(string) - 1);
  }

  @Override
  public void skip() {
    part = index.behind(part);
  }

  @Override
  public NotPlainException mismatch(String complaint) {
    return new NotPlainException();
  }

  private void expect(char kind) throws NotPlainException {
    if (index.kind(part) != kind) {
      throw new NotPlainException();
    }
  }

  private boolean isName(byte[] quoted, int name) {
    return Arrays.equals(bytes, index.start(name), index.end(name), quoted, 0, quoted.length);
  }

  private String string(int string) throws IOException {
    return strings.of(bytes, index.start(string) + 1, index.end(string) - 1);
  }
}
