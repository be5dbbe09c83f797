package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads journals. Whole lines are kept whatever stands between them; a last line without its line
 * end was cut off by a kill and is no error. Lines are parsed in parallel, because the journals of
 * a campaign have tens of thousands.
 */
final class JournalReader {
  private static final ObjectReader READER = JmhResult.JSON.readerFor(JournalLine.class);

  private JournalReader() {}

  /**
   * The rows of every whole line.
   *
   * @param file for complaints
   * @throws IOException if the stream cannot be read
   */
  static Reading read(Path file, InputStream in) throws IOException {
    int order = Spliterator.ORDERED | Spliterator.NONNULL;
    List<ParsedLine> lines =
        StreamSupport.stream(Spliterators.spliteratorUnknownSize(new LineIterator(in), order), true)
            .map(JournalReader::parse)
            .toList();
    List<LocatedRow> rows = new ArrayList<>();
    List<ParsedLine> broken = new ArrayList<>();
    boolean cutOff = false;
    for (ParsedLine line : lines) {
      rows.addAll(line.rows());
      if (line.problem() != null) {
        cutOff |= !line.ended();
        broken.addAll(line.ended() ? List.of(line) : List.of());
      }
    }
    return new Reading(rows, cutOff, complaint(file, rows, broken, cutOff));
  }

  private static ParsedLine parse(LineIterator.Line line) {
    try {
      JournalLine entry = READER.readValue(line.bytes());
      Reading.requireOurs(entry.benchmark());
      return new ParsedLine(
          line.number(),
          line.ended(),
          entry.rows().stream().map(row -> new LocatedRow(row, line.number())).toList(),
          null);
    } catch (IOException | IllegalArgumentException e) {
      if (e instanceof JsonProcessingException json) {
        // Jackson counts lines from where it began, which is always line 1.
        json.clearLocation();
      }
      return new ParsedLine(line.number(), line.ended(), List.of(), Reading.reason(e));
    }
  }

  private static Optional<String> complaint(
      Path file, List<LocatedRow> rows, List<ParsedLine> broken, boolean cutOff) {
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
   * @param number from 1
   * @param ended whether its line end was there
   * @param rows empty if there is a problem
   * @param problem what is wrong, null if nothing is
   */
  private record ParsedLine(
      int number, boolean ended, List<LocatedRow> rows, @Nullable String problem) {}
}
