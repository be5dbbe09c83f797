package org.joulemark.reports.result;

import java.util.Arrays;

/**
 * Cuts JMH's JSON where a result seems to begin: behind a comma, with the same bytes as the first
 * result of the file up to the end of its first name.
 */
final class ResultCut implements ByteBlocks.Cut {
  private final byte[] start;

  private ResultCut(byte[] start) {
    this.start = start;
  }

  /**
   * The cuts of a file.
   *
   * @param head the file's first bytes
   * @throws NotPlainException if no object with a name begins there
   */
  static ResultCut of(byte[] head) throws NotPlainException {
    int from = indexOf('{', head, 0);
    int name = indexOf('"', head, from);
    int to = indexOf('"', head, name + 1) + 1;
    return new ResultCut(Arrays.copyOfRange(head, from, to));
  }

  /**
   * Where a character stands for the first time.
   *
   * @throws NotPlainException if it does not
   */
  static int indexOf(char wanted, byte[] bytes, int from) throws NotPlainException {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    throw new NotPlainException();
  }

  @Override
  public int last(byte[] bytes, int from, int to) {
    int least = Math.max(0, from - start.length);
    for (int i = to - start.length; i >= least; i--) {
      if (bytes[i] == '{' && Arrays.equals(bytes, i, i + start.length, start, 0, start.length)) {
        int before = i - 1;
        while (before >= 0 && bytes[before] <= ' ') {
          before--;
        }
        if (before >= 0 && bytes[before] == ',') {
          return i;
        }
      }
    }
    return 0;
  }
}
