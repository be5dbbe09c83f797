package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads JMH's JSON: an array with one object a result. */
final class JmhFileReader {
  private JmhFileReader() {}

  /**
   * The results up to the end, or up to the first that is broken.
   *
   * @param iterations whether the secondary metrics keep their samples
   * @throws IOException if the file cannot be read
   */
  static Reading read(Path file, boolean iterations) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new Reading(JmhBlocks.read(in, iterations), false, Optional.empty());
    } catch (NotPlainException e) {
      return readInOrder(file, iterations);
    }
  }

  private static Reading readInOrder(Path file, boolean iterations) throws IOException {
    RowReader reader = new RowReader(iterations);
    List<LocatedRow> rows = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file);
        JsonParser parser = RowReader.JSON.createParser(in)) {
      parser.nextToken();
      TokenCursor cursor = new TokenCursor(parser, new StringCache());
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        JmhResult result = reader.result(cursor);
        Reading.requireOurs(result.benchmark());
        rows.add(new LocatedRow(ResultRow.of(result), rows.size() + 1));
      }
      return new Reading(
          rows,
          false,
          rows.isEmpty()
              ? Optional.of(file + " holds no result: every configuration of that run failed.")
              : Optional.empty());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return new Reading(rows, false, Optional.of(complaint(file, rows.size(), e)));
    }
  }

  private static String complaint(Path file, int whole, Exception exception) {
    String kept =
        whole == 0
            ? ""
            : whole == 1 ? "; the one before it is kept" : "; the " + whole + " before it are kept";
    return file
        + ", result "
        + (whole + 1)
        + " is none of JMH's for this suite: "
        + Reading.reason(exception)
        + kept
        + ".";
  }
}
