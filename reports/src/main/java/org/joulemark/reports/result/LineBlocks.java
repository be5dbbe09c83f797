package org.joulemark.reports.result;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into blocks of whole lines. It works on bytes, so that a character that was cut in
 * half spoils no line but its own. Not thread-safe.
 */
final class LineBlocks {
  /** Below half a region of a small heap, so that the collector takes it for nothing special. */
  private static final int USUAL_BYTES = 1 << 18;

  private final InputStream in;
  private final Deque<byte[]> free = new ArrayDeque<>();
  private byte[] rest = new byte[0];

  LineBlocks(InputStream in) {
    this.in = in;
  }

  /**
   * The next block: bytes that end with a line end, except perhaps at the end of the stream. Null
   * when there are no more.
   *
   * @throws IOException if the stream cannot be read
   */
  @Nullable Block next() throws IOException {
    byte[] bytes = room(2 * rest.length);
    System.arraycopy(rest, 0, bytes, 0, rest.length);
    int length = rest.length;
    while (true) {
      int read = in.readNBytes(bytes, length, bytes.length - length);
      int end = lastLineEnd(bytes, length, length + read);
      length += read;
      if (length < bytes.length || end > 0) {
        int cut = length < bytes.length ? length : end;
        rest = Arrays.copyOfRange(bytes, cut, length);
        return cut == 0 ? null : new Block(bytes, cut);
      }
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
  }

  /** Lets a later block use the bytes of one that nobody reads any more. */
  void giveBack(Block block) {
    free.add(block.bytes());
  }

  private byte[] room(int least) {
    byte[] used = free.poll();
    return used != null && used.length >= least ? used : new byte[Math.max(USUAL_BYTES, least)];
  }

  /** Behind the last line feed in that range, 0 if there is none. */
  private static int lastLineEnd(byte[] bytes, int from, int to) {
    for (int i = to - 1; i >= from; i--) {
      if (bytes[i] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  /** Whole lines. */
  static final class Block {
    private final byte[] bytes;
    private final int length;

    private Block(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
    }

    /** Has the lines at its beginning, and anything behind them. */
    byte[] bytes() {
      return bytes;
    }

    /** How many of the bytes are lines. */
    int length() {
      return length;
    }
  }
}
