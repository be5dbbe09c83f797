package org.joulemark.reports.result;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into blocks of whole lines, or of whole parts of another kind. It works on bytes,
 * so that a character that was cut in half spoils no part but its own. Not thread-safe.
 */
final class ByteBlocks {
  /** Below half a region of a small heap, so that the collector takes it for nothing special. */
  private static final int USUAL_BYTES = 1 << 18;

  private final InputStream in;
  private final Cut cut;
  private final int most;
  private final Deque<byte[]> free = new ArrayDeque<>();
  private byte[] rest = new byte[0];

  /**
   * The blocks of a stream.
   *
   * @param cut says where a block may end
   * @param most bytes of a block
   */
  ByteBlocks(InputStream in, Cut cut, int most) {
    this.in = in;
    this.cut = cut;
    this.most = most;
  }

  /** Blocks of whole lines, however long these are. */
  static ByteBlocks ofLines(InputStream in) {
    return new ByteBlocks(in, ByteBlocks::behindLineFeed, Integer.MAX_VALUE);
  }

  /**
   * The next block: bytes up to a cut, except perhaps at the end of the stream. Null when there are
   * no more.
   *
   * @throws NotPlainException if a block would be too long
   * @throws IOException if the stream cannot be read
   */
  @Nullable Block next() throws IOException {
    byte[] bytes = room(2 * rest.length);
    System.arraycopy(rest, 0, bytes, 0, rest.length);
    int length = rest.length;
    while (true) {
      int read = in.readNBytes(bytes, length, bytes.length - length);
      int end = cut.last(bytes, length, length + read);
      length += read;
      if (length < bytes.length || end > 0) {
        int used = length < bytes.length ? length : end;
        rest = Arrays.copyOfRange(bytes, used, length);
        return used == 0 ? null : new Block(bytes, used);
      }
      if (length > most / 2) {
        throw new NotPlainException();
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

  private static int behindLineFeed(byte[] bytes, int from, int to) {
    for (int i = to - 1; i >= from; i--) {
      if (bytes[i] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  /** Where blocks may end. */
  @FunctionalInterface
  interface Cut {
    /**
     * The last such place that can be seen from the bytes before {@code to}, if not from those
     * before {@code from} alone; 0 if there is none.
     */
    int last(byte[] bytes, int from, int to);
  }

  /** Some of the stream. */
  static final class Block {
    private final byte[] bytes;
    private final int length;

    private Block(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
    }

    /** Has the block at its beginning, and anything behind it. */
    byte[] bytes() {
      return bytes;
    }

    /** How many of the bytes are the block. */
    int length() {
      return length;
    }
  }
}
