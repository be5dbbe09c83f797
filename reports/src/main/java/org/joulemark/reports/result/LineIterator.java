package org.joulemark.reports.result;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream at its line feeds and leaves out blank lines. It works on bytes, so that a
 * character that was cut in half spoils no line but its own. Throws {@link UncheckedIOException}.
 */
final class LineIterator implements Iterator<LineIterator.Line> {
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int from;
  private int to;
  private int number;
  private @Nullable Line next;

  /**
   * One line, with its number from 1, its bytes without the line end, and whether that was there.
   */
  static final class Line {
    private final int number;
    private final byte[] bytes;
    private final boolean ended;

    private Line(int number, byte[] bytes, boolean ended) {
      this.number = number;
      this.bytes = bytes;
      this.ended = ended;
    }

    int number() {
      return number;
    }

    /** Not a copy. */
    byte[] bytes() {
      return bytes;
    }

    boolean ended() {
      return ended;
    }
  }

  LineIterator(InputStream in) {
    this.in = in;
    this.next = advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Line next() {
    Line line = next;
    if (line == null) {
      throw new NoSuchElementException();
    }
    next = advance();
    return line;
  }

  private @Nullable Line advance() {
    try {
      Line line = read();
      while (line != null && isBlank(line.bytes())) {
        line = read();
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable Line read() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 12);
    while (fill()) {
      int end = from;
      while (end < to && buffer[end] != '\n') {
        end++;
      }
      bytes.write(buffer, from, end - from);
      from = end + 1;
      if (end < to) {
        return new Line(++number, bytes.toByteArray(), true);
      }
    }
    return bytes.size() == 0 ? null : new Line(++number, bytes.toByteArray(), false);
  }

  /** False at the end of the stream. */
  private boolean fill() throws IOException {
    if (from < to) {
      return true;
    }
    from = 0;
    to = in.read(buffer);
    return to > 0;
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (!Character.isWhitespace(b)) {
        return false;
      }
    }
    return true;
  }
}
