package org.joulemark.harness.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code journal.jsonl}: one JSON object a line, appended and forced to disk when a configuration
 * ends, so that nothing measured is lost whatever happens to the process afterwards.
 */
public final class Journal implements AutoCloseable {
  /** The journal's name in a results folder. */
  public static final String FILE_NAME = "journal.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FileChannel channel;

  private Journal(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens the journal of a results folder for appending.
   *
   * @throws IOException if the file cannot be written
   */
  public static Journal open(Path folder) throws IOException {
    return new Journal(
        FileChannel.open(
            folder.resolve(FILE_NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND));
  }

  /**
   * Appends one entry; it is on disk when this returns.
   *
   * @throws IOException if the disk does not take it
   */
  public void append(JournalEntry entry) throws IOException {
    ByteBuffer line =
        ByteBuffer.wrap((JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
    channel.force(false);
  }

  /**
   * Reads a journal. A last line that was cut off (the process died while writing it) is left out;
   * any other line that is no entry is an error.
   *
   * @throws IOException if the file cannot be read, or naming the line that is broken
   */
  public static List<JournalEntry> read(Path file) throws IOException {
    String text = Files.readString(file);
    List<String> lines = text.lines().toList();
    List<JournalEntry> entries = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      try {
        entries.add(JSON.readValue(lines.get(i), JournalEntry.class));
      } catch (JsonProcessingException e) {
        boolean cutOff = i == lines.size() - 1 && !text.endsWith("\n");
        if (!cutOff) {
          throw new IOException(
              file + ", line " + (i + 1) + " is no journal entry: " + e.getOriginalMessage(), e);
        }
      }
    }
    return entries;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
