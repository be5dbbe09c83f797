package org.joulemark.harness.jmh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Facts in words that a fork tells its host, one JSON object {@code {"key":…,"value":…}} a line,
 * because JMH's results carry numbers only.
 */
public final class ForkNotes {
  /** System property of the fork that names the file; without it, notes are dropped. */
  public static final String PROPERTY = "joulemark.notes";

  private static final ObjectMapper JSON = new ObjectMapper();

  private ForkNotes() {}

  /**
   * Appends one note.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  static void append(Path file, String key, String value) {
    String line = JSON.createObjectNode().put("key", key).put("value", value) + "\n";
    try {
      Files.writeString(
          file, line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("The notes file " + file + " cannot be written.", e);
    }
  }

  /**
   * The notes in that file, in the order of their first appearance; the last value of a key wins. A
   * file that does not exist holds none.
   *
   * @throws IOException if the file cannot be read, or a line is not a note
   */
  public static Map<String, String> read(Path file) throws IOException {
    Map<String, String> notes = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return notes;
    }
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      JsonNode note = JSON.readTree(line);
      if (!note.path("key").isTextual() || !note.path("value").isTextual()) {
        throw new IOException(file + " holds a line that is not a note: " + line);
      }
      notes.put(note.get("key").asText(), note.get("value").asText());
    }
    return notes;
  }
}
