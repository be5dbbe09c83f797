package org.joulemark.harness.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
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
import java.util.function.Consumer;

/**
 * {@code journal.jsonl}: one JSON object a line, appended and forced to disk when a configuration
 * ends, so that nothing measured is lost whatever happens to the process afterwards.
 */
public final class Journal implements AutoCloseable {
  /** The journal's name in a results folder. */
  public static final String FILE_NAME = "journal.jsonl";

  // An entry that another follows on its line would be lost without a word otherwise.
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final FileChannel channel;

  private Journal(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens the journal of a results folder for appending. A line that an earlier process left cut
   * off is ended first, so that what is appended stands on lines of its own.
   *
   * @throws IOException if the file cannot be read or written
   */
  public static Journal open(Path folder) throws IOException {
    Path file = folder.resolve(FILE_NAME);
    if (Files.exists(file) && isCutOff(file)) {
      Files.writeString(file, "\n", StandardOpenOption.APPEND);
    }
    return new Journal(
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
  }

  private static boolean isCutOff(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.size() > 0
          && channel.read(last, channel.size() - 1) == 1
          && last.get(0) != '\n';
    }
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
   * Reads a journal: every whole entry, whatever stands between them.
   *
   * @param complaint receives one sentence for each line that is no entry: the last one where the
   *     process died while writing it, cut off even within a character
   * @throws IOException if the file cannot be read
   */
  public static List<JournalEntry> read(Path file, Consumer<String> complaint) throws IOException {
    List<JournalEntry> entries = new ArrayList<>();
    // Bytes, because a character cut in half must spoil no line but its own.
    byte[] bytes = Files.readAllBytes(file);
    int number = 1;
    for (int begin = 0; begin < bytes.length; number++) {
      int end = begin;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      try {
        entries.add(JSON.readValue(bytes, begin, end - begin, JournalEntry.class));
      } catch (JsonProcessingException e) {
        complaint.accept(
            file
                + ", line "
                + number
                + (end == bytes.length
                    ? " is cut off."
                    : " is no journal entry: " + e.getOriginalMessage() + "."));
      }
      begin = end + 1;
    }
    return entries;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
