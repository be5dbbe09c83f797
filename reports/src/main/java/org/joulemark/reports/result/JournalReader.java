package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads journals. Whole lines are kept whatever stands between them; a last line without its line
 * end was cut off by a kill and is no error. Blocks of lines are parsed in parallel, because the
 * journals of a campaign have tens of thousands; only a few blocks are in memory at a time.
 */
final class JournalReader {
  private final Path file;
  private final ThreadLocal<LineReader> readers;
  private final List<LocatedRow> rows = new ArrayList<>();
  private final List<ParsedLine> broken = new ArrayList<>();
  private boolean cutOff;
  private int linesBefore;

  private JournalReader(Path file, boolean iterations) {
    this.file = file;
    this.readers = ThreadLocal.withInitial(() -> new LineReader(iterations));
  }

  /**
   * The rows of every whole line.
   *
   * @param file for complaints
   * @param iterations whether the secondary metrics keep their samples
   * @throws IOException if the stream cannot be read
   */
  static Reading read(Path file, InputStream in, boolean iterations) throws IOException {
    JournalReader journal = new JournalReader(file, iterations);
    BlockReader.read(ByteBlocks.ofLines(in), journal::parse, journal::add);
    return new Reading(journal.rows, journal.cutOff, journal.complaint());
  }

  private void add(ParsedBlock block) {
    for (ParsedLine line : block.parsed()) {
      int number = linesBefore + line.number();
      line.rows().forEach(row -> rows.add(new LocatedRow(row, number)));
      if (line.problem() != null) {
        cutOff |= !line.ended();
        if (line.ended()) {
          broken.add(new ParsedLine(number, true, List.of(), line.problem()));
        }
      }
    }
    linesBefore += block.lines();
  }

  private ParsedBlock parse(ByteBlocks.Block block) {
    LineReader reader = readers.get();
    List<ParsedLine> parsed = new ArrayList<>();
    int number = 0;
    int from = 0;
    while (from < block.length()) {
      number++;
      int end = parsePlain(reader, block, from, number, parsed);
      if (end < 0) {
        end = lineEnd(block, from);
        if (!isBlank(block.bytes(), from, end)) {
          parsed.add(parse(reader, block, from, end, number));
        }
      }
      from = end + 1;
    }
    return new ParsedBlock(number, parsed);
  }

  /**
   * Parses a line without looking for its end first, which would be a good part of the work.
   *
   * @return where its line feed stands; −1 if anything is unusual, and then {@code parsed} is as it
   *     was
   */
  private static int parsePlain(
      LineReader reader, ByteBlocks.Block lines, int from, int number, List<ParsedLine> parsed) {
    byte[] block = lines.bytes();
    PlainCursor cursor = reader.cursor;
    try {
      int end = cursor.enter(block, from, lines.length());
      if (end < lines.length() && block[end] == '\r') {
        end++;
      }
      if (!cursor.isOneLine() || end == lines.length() || block[end] != '\n') {
        return -1;
      }
      JournalLine entry = reader.rows.line(cursor);
      Reading.requireOurs(entry.benchmark());
      parsed.add(new ParsedLine(number, true, entry.rows(), null));
      return end;
    } catch (IOException | IllegalArgumentException e) {
      // What is wrong is found out, and said, within the bounds of the line.
      return -1;
    }
  }

  private static ParsedLine parse(
      LineReader reader, ByteBlocks.Block lines, int from, int end, int number) {
    byte[] block = lines.bytes();
    boolean ended = end < lines.length();
    try (JsonParser parser = RowReader.JSON.createParser(block, from, end - from)) {
      parser.nextToken();
      JournalLine entry = reader.rows.line(new TokenCursor(parser, reader.strings));
      Reading.requireOurs(entry.benchmark());
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("something follows the entry on its line");
      }
      return new ParsedLine(number, ended, entry.rows(), null);
    } catch (IOException | IllegalArgumentException e) {
      if (e instanceof JsonProcessingException json) {
        // Jackson counts lines from where it began, which is always line 1.
        json.clearLocation();
      }
      boolean whole = ended || isWholeJson(block, from, end);
      return new ParsedLine(number, whole, List.of(), Reading.reason(e));
    }
  }

  /** Whether a line without a line end is all there, and so is something else than a journal's. */
  private static boolean isWholeJson(byte[] block, int from, int end) {
    try (JsonParser parser = RowReader.JSON.createParser(block, from, end - from)) {
      parser.nextToken();
      parser.skipChildren();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where the line feed stands, or where the block ends. */
  private static int lineEnd(ByteBlocks.Block block, int from) {
    int end = from;
    while (end < block.length() && block.bytes()[end] != '\n') {
      end++;
    }
    return end;
  }

  private static boolean isBlank(byte[] block, int from, int end) {
    for (int i = from; i < end; i++) {
      if (!Character.isWhitespace(block[i])) {
        return false;
      }
    }
    return true;
  }

  private Optional<String> complaint() {
    if (broken.isEmpty()) {
      return rows.isEmpty() && cutOff
          ? Optional.of(file + " holds no whole line: it is cut off within its first.")
          : Optional.empty();
    }
    ParsedLine first = broken.get(0);
    String more = broken.size() == 1 ? "" : " (the first of " + broken.size() + " such lines)";
    String kept = rows.isEmpty() ? "" : "; the whole lines are kept";
    return Optional.of(
        file
            + ", line "
            + first.number()
            + more
            + ", is no journal entry of this suite: "
            + first.problem()
            + kept
            + ".");
  }

  /**
   * What came out of a line.
   *
   * @param number from 1, in its block; in the file once its block is added
   * @param ended whether it is whole: its line end was there, or all that comes before one
   * @param rows empty if there is a problem
   * @param problem what is wrong, null if nothing is
   */
  private record ParsedLine(
      int number, boolean ended, List<ResultRow> rows, @Nullable String problem) {}

  /**
   * What came out of a block.
   *
   * @param lines how many there are, blank ones too
   * @param parsed those that are not blank
   */
  private record ParsedBlock(int lines, List<ParsedLine> parsed) {}

  /** What a thread needs to read lines. */
  private static final class LineReader {
    private final RowReader rows;
    private final PlainCursor cursor = new PlainCursor();
    private final StringCache strings = new StringCache();

    private LineReader(boolean iterations) {
      this.rows = new RowReader(iterations);
    }
  }
}
