package org.joulemark.reports.result;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.platform.Environment;

/**
 * Finds and reads results: journals, JMH's JSON, the environment beside them. What cannot be read
 * is refused by itself, with a sentence, and the rest is read all the same.
 */
public final class ResultLoader {
  /** JMH's own file in a results folder. */
  public static final String RESULTS_FILE_NAME = "results.json";

  /** First columns of a telemetry file. */
  private static final String TRACE_HEADER = "process,window,device,in_window,seconds,";

  private static final int LONGEST_BLANK_START = 1 << 15;

  private final List<ResultFile> files = new ArrayList<>();
  private final List<Path> traces = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final Set<Path> seen = new HashSet<>();
  private final Map<Path, Optional<Environment>> environments = new HashMap<>();

  private final boolean iterations;

  private ResultLoader(boolean iterations) {
    this.iterations = iterations;
  }

  /**
   * Reads {@code inputs}. A file is read whatever its name. Of a folder and the folders in it these
   * are: {@code *.jsonl} as journals; {@code results.json} where there is no {@code journal.jsonl}
   * beside it, which holds the same and more; {@code *.csv} that are telemetry. A file that is
   * named twice is read once. Problems are in the result's refusals; nothing is thrown.
   */
  public static ResultSet load(List<Path> inputs) {
    return load(inputs, true);
  }

  /**
   * As {@link #load}, but of the secondary metrics only values, errors and units, without {@link
   * Samples}: for what shows results and judges none, in half the memory.
   */
  public static ResultSet loadSummaries(List<Path> inputs) {
    return load(inputs, false);
  }

  private static ResultSet load(List<Path> inputs, boolean iterations) {
    ResultLoader loader = new ResultLoader(iterations);
    inputs.forEach(loader::read);
    return new ResultSet(
        List.copyOf(loader.files), List.copyOf(loader.traces), List.copyOf(loader.refusals));
  }

  private void read(Path input) {
    try {
      if (Files.isDirectory(input)) {
        readFolder(input);
      } else if (seen.add(input.toRealPath())) {
        readFile(input);
      }
    } catch (IOException e) {
      refuse(input, input + " cannot be read: " + Reading.reason(e) + ".");
    } catch (UncheckedIOException e) {
      refuse(input, input + " cannot be read: " + Reading.reason(e) + ".");
    }
  }

  private void readFolder(Path folder) throws IOException {
    List<Path> found;
    try (Stream<Path> walk = Files.walk(folder)) {
      found =
          walk.filter(Files::isRegularFile).filter(ResultLoader::isOfInterest).sorted().toList();
    }
    if (found.isEmpty()) {
      refuse(
          folder,
          folder
              + " holds no results: a run writes journal.jsonl and results.json into the folder that"
              + " --out names.");
    }
    found.forEach(this::read);
  }

  private static boolean isOfInterest(Path file) {
    String name = String.valueOf(file.getFileName());
    if (name.equals(RESULTS_FILE_NAME)) {
      return !Files.exists(file.resolveSibling(Journal.FILE_NAME));
    }
    return name.endsWith(".jsonl") || (name.endsWith(".csv") && isTrace(file));
  }

  private static boolean isTrace(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(TRACE_HEADER.length());
      return TRACE_HEADER.equals(new String(start, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readFile(Path file) throws IOException {
    if (isTrace(file)) {
      traces.add(file);
      return;
    }
    switch (firstCharacter(file)) {
      case '[' -> add(file, JmhFileReader.read(file, iterations));
      case '{' -> add(file, readJournal(file));
      case -1 -> refuse(file, file + " is empty: the run that made it ended before a result.");
      default ->
          refuse(
              file,
              file
                  + ", line 1, begins with neither [ nor {: it is neither JMH's JSON nor a journal"
                  + " of this suite.");
    }
  }

  private Reading readJournal(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return JournalReader.read(file, in, iterations);
    }
  }

  /** The first byte that is no white space, −1 if there is none. */
  private static int firstCharacter(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      for (int i = 0; i < LONGEST_BLANK_START; i++) {
        int next = in.read();
        if (next < 0 || !Character.isWhitespace(next)) {
          return next;
        }
      }
      return -1;
    }
  }

  private void add(Path file, Reading reading) {
    reading.complaint().ifPresent(sentence -> refuse(file, sentence));
    if (!reading.rows().isEmpty()) {
      files.add(
          new ResultFile(file, environment(file), List.copyOf(reading.rows()), reading.cutOff()));
    }
  }

  private Optional<Environment> environment(Path file) {
    Path sidecar = file.resolveSibling(Environment.FILE_NAME);
    Optional<Environment> known = environments.get(sidecar);
    if (known == null) {
      known = readEnvironment(sidecar);
      environments.put(sidecar, known);
    }
    return known;
  }

  private Optional<Environment> readEnvironment(Path sidecar) {
    if (!Files.exists(sidecar)) {
      return Optional.empty();
    }
    try {
      Path folder = sidecar.toAbsolutePath().getParent();
      return Optional.of(Environment.read(folder == null ? Path.of("/") : folder));
    } catch (IOException e) {
      refuse(sidecar, sidecar + " is no environment of this suite: " + Reading.reason(e) + ".");
      return Optional.empty();
    }
  }

  private void refuse(Path file, String sentence) {
    refusals.add(new Refusal(file, sentence));
  }
}
