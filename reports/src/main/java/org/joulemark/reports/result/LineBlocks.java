package org.joulemark.reports.result;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into blocks of whole lines. It works on bytes, so that a character that was cut in
 * half spoils no line but its own.
 */
final class LineBlocks {
  /** Below half a region of a small heap, so that the collector takes it for nothing special. */
  private static final int USUAL_BYTES = 1 << 18;

  private final InputStream in;
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
  byte @Nullable [] next() throws IOException {
    byte[] block = Arrays.copyOf(rest, Math.max(USUAL_BYTES, 2 * rest.length));
    int length = rest.length;
    while (true) {
      int read = in.readNBytes(block, length, block.length - length);
      int end = lastLineEnd(block, length, length + read);
      length += read;
      if (length < block.length || end > 0) {
        int cut = length < block.length ? length : end;
        rest = Arrays.copyOfRange(block, cut, length);
        return cut == 0 ? null : Arrays.copyOf(block, cut);
      }
      block = Arrays.copyOf(block, 2 * length);
    }
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
}
