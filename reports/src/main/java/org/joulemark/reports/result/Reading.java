package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What came out of one file.
 *
 * @param rows the rows that are whole
 * @param cutOff whether a last line was cut off and left out
 * @param complaint one sentence on the first thing that is wrong; empty if all is well
 */
record Reading(List<LocatedRow> rows, boolean cutOff, Optional<String> complaint) {
  private static final String OURS = "org.joulemark.";
  private static final int LONGEST_QUOTE = 200;

  /** Where the parser says in its own words that it shows no source. */
  private static final Pattern REDACTED =
      Pattern.compile(" \\(start marker at \\[Source: [^]]*]\\)");

  /**
   * Accepts the benchmarks of this suite.
   *
   * @throws IllegalArgumentException if {@code benchmark} is another suite's
   */
  static void requireOurs(String benchmark) {
    if (!benchmark.startsWith(OURS)) {
      throw new IllegalArgumentException(
          "'" + quote(benchmark) + "' is a benchmark of another suite than Joulemark");
    }
  }

  /** What went wrong, in words that fit into a sentence, with the place if Jackson knows it. */
  static String reason(Exception exception) {
    if (exception instanceof UncheckedIOException wrapper && wrapper.getCause() != null) {
      return reason(wrapper.getCause());
    }
    if (exception instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (!(exception instanceof JsonProcessingException json)) {
      return quote(String.valueOf(exception.getMessage()));
    }
    String message =
        json.getCause() instanceof IllegalArgumentException cause
            ? String.valueOf(cause.getMessage())
            : json.getOriginalMessage();
    JsonLocation location = json.getLocation();
    String place =
        location == null || location.getLineNr() < 0
            ? ""
            : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    return quote(REDACTED.matcher(message).replaceAll("")) + place;
  }

  /** The first line without its full stop, shortened if it is long. */
  private static String quote(String text) {
    String line = text.lines().findFirst().orElse("").replaceAll("[.\\s]+$", "");
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
  }
}
