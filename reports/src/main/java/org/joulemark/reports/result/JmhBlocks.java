package org.joulemark.reports.result;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads JMH's JSON with all processors. It is cut where results seem to begin. That they do is
 * known once each block, from the first one on, has turned out to be whole results with a comma
 * behind each: then the next block begins in the file's array as well.
 */
final class JmhBlocks {
  /** Holds the beginning of the first result. */
  private static final int HEAD_BYTES = 1 << 12;

  /** Far more than a result has. */
  private static final int MOST_BYTES = 1 << 24;

  private final ThreadLocal<ResultReader> readers;
  private final List<LocatedRow> rows = new ArrayList<>();
  private End end = End.COMMA;

  private JmhBlocks(boolean iterations) {
    this.readers = ThreadLocal.withInitial(() -> new ResultReader(iterations));
  }

  /**
   * The rows of a file in which all is well.
   *
   * @param in the file
   * @param iterations whether the secondary metrics keep their samples
   * @throws NotPlainException if all is not well, or the file is laid out as JMH never does
   * @throws IOException if the stream cannot be read
   */
  static List<LocatedRow> read(InputStream in, boolean iterations) throws IOException {
    byte[] head = in.readNBytes(HEAD_BYTES);
    int array = behindSpace(head, 0, head.length);
    if (array == head.length || head[array] != '[') {
      throw new NotPlainException();
    }
    int first = array + 1;
    InputStream results =
        new SequenceInputStream(new ByteArrayInputStream(head, first, head.length - first), in);
    ByteBlocks blocks = new ByteBlocks(results, ResultCut.of(head), MOST_BYTES);
    JmhBlocks file = new JmhBlocks(iterations);
    BlockReader.read(blocks, file::parse, file::add);
    if (file.end != End.ARRAY_END) {
      throw new NotPlainException();
    }
    return file.rows;
  }

  private ParsedBlock parse(ByteBlocks.Block block) {
    ResultReader reader = readers.get();
    byte[] bytes = block.bytes();
    List<ResultRow> parsed = new ArrayList<>();
    try {
      int at = behindSpace(bytes, 0, block.length());
      while (at < block.length()) {
        at = behindSpace(bytes, reader.cursor.enter(bytes, at, block.length()), block.length());
        JmhResult result = reader.rows.result(reader.cursor);
        Reading.requireOurs(result.benchmark());
        parsed.add(ResultRow.of(result));
        if (at < block.length() && bytes[at] == ']') {
          return new ParsedBlock(parsed, End.ARRAY_END);
        }
        if (at == block.length() || bytes[at] != ',') {
          return new ParsedBlock(parsed, End.PROBLEM);
        }
        at = behindSpace(bytes, at + 1, block.length());
      }
      return new ParsedBlock(parsed, End.COMMA);
    } catch (IOException | IllegalArgumentException e) {
      // What is wrong is found out, and said, by reading the file in order.
      return new ParsedBlock(List.of(), End.PROBLEM);
    }
  }

  /** Where something else than JSON's white space stands, which is less than Java's. */
  private static int behindSpace(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to
        && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
      i++;
    }
    return i;
  }

  private void add(ParsedBlock block) {
    if (end != End.COMMA) {
      // Behind the array's end, where nobody looks, or behind a problem.
      return;
    }
    block.rows().forEach(row -> rows.add(new LocatedRow(row, rows.size() + 1)));
    end = block.end();
  }

  /** What stands at a block's end. */
  private enum End {
    COMMA,
    ARRAY_END,
    PROBLEM
  }

  /** The results of a block. */
  private record ParsedBlock(List<ResultRow> rows, End end) {}

  /** What a thread needs to read results. */
  private static final class ResultReader {
    private final RowReader rows;
    private final PlainCursor cursor = new PlainCursor();

    private ResultReader(boolean iterations) {
      this.rows = new RowReader(iterations);
    }
  }
}
