package org.joulemark.benchmarks.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.joulemark.benchmarks.work.KeptModel;
import org.joulemark.benchmarks.work.ScaleFinder;
import org.joulemark.harness.jmh.ForkNotes;
import org.joulemark.harness.jmh.WorkWindow;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.result.ResultRow;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs configurations one after the other, each through a JMH runner of its own: so an unsupported
 * or failed one is an outcome with a reason, and everything before it is on disk already.
 */
public final class SuiteRun {
  // JavaCPP otherwise samples the resident set on every allocation, and may collect garbage and
  // sleep.
  private static final String JAVACPP_WATCH = "org.bytedeco.javacpp.maxPhysicalBytes";
  private static final String NO_WATCH = "0";

  private final CommandLineOptions cli;
  private final Path folder;
  private final PrintStream out;
  private final Environment environment;
  private final List<RunResult> results = new ArrayList<>();
  private final List<ResultRow> rows = new ArrayList<>();
  private final Map<String, String> engineFacts = new TreeMap<>();
  private final ShortIterations shortIterations = new ShortIterations();

  /**
   * A run that has not started.
   *
   * @param cli the user's JMH options
   * @param folder where the files go; exists and is writable
   * @param out where people read along
   * @param environment this machine; written at once, and again when the forks have told about the
   *     engine
   */
  public SuiteRun(CommandLineOptions cli, Path folder, PrintStream out, Environment environment) {
    this.cli = cli;
    this.folder = folder;
    this.out = out;
    this.environment = environment;
  }

  /**
   * Readies this process for benchmarks that run in it, without forks; call before any engine is
   * looked at. What the user has set stays.
   */
  public static void prepareThisProcess() {
    if (System.getProperty(JAVACPP_WATCH) == null) {
      System.setProperty(JAVACPP_WATCH, NO_WATCH);
    }
  }

  /**
   * Runs all of {@code configurations}, or, with {@code -foe true}, those up to the first failure.
   *
   * @return a row for each result, in order
   * @throws UsageException if another JMH run holds JMH's lock; what was measured before stays
   * @throws IOException if the results folder stops taking files
   */
  public List<ResultRow> run(List<Configuration> configurations) throws IOException {
    environment.write(folder);
    Progress progress = progress(configurations);
    KeptModel kept = keptModel(configurations);
    try {
      runAll(configurations, progress);
    } catch (UsageException refused) {
      closeOrSay(kept).ifPresent(refused::addSuppressed);
      try {
        writeUserResultFile();
      } catch (IOException unwritten) {
        refused.addSuppressed(unwritten);
      }
      throw refused;
    } catch (IOException | RuntimeException inFlight) {
      closeOrSay(kept).ifPresent(inFlight::addSuppressed);
      throw inFlight;
    }
    closeOrSay(kept);
    writeUserResultFile();
    return List.copyOf(rows);
  }

  private void runAll(List<Configuration> configurations, Progress progress) throws IOException {
    try (Journal journal = Journal.open(folder)) {
      for (Configuration configuration : configurations) {
        progress.start(configuration);
        Outcome outcome = runOne(configuration, journal, progress);
        if (outcome == Outcome.FAILED && cli.shouldFailOnError().orElse(false)) {
          out.println("Stopped at the first failure, as -foe true asks.");
          break;
        }
        if (outcome != Outcome.OK && !forks(configuration) && !endFailedTrial(configuration)) {
          break;
        }
      }
    }
  }

  /**
   * What a trial that failed in this process left behind must not reach the next one.
   *
   * @return whether another one may run
   */
  private boolean endFailedTrial(Configuration configuration) {
    List<Object> abandoned;
    try {
      abandoned = JmhStates.drop(configuration.benchmark());
    } catch (IllegalStateException e) {
      out.println("Stopped: " + e.getMessage());
      return false;
    }
    for (Object state : abandoned) {
      if (state instanceof AutoCloseable holder) {
        closeOrSay(holder);
      } else {
        out.println(
            "What the failed trial holds stays open: "
                + state.getClass().getName()
                + " cannot be closed.");
      }
    }
    if (!abandoned.isEmpty()) {
      // Closing gave the model back as after a good trial; after this one nobody vouches for it.
      closeOrSay(KeptModel::freeKept);
    }
    WorkWindow.forget();
    return true;
  }

  /** Closes; where that fails, the run goes on with a sentence that says so. */
  private Optional<Exception> closeOrSay(@Nullable AutoCloseable held) {
    if (held == null) {
      return Optional.empty();
    }
    try {
      held.close();
      return Optional.empty();
    } catch (Exception e) {
      out.println("What was held open could not be closed: " + Failure.of(e).reason());
      return Optional.of(e);
    }
  }

  /** Without forks all configurations share this process, and so may share a model. */
  private @Nullable KeptModel keptModel(List<Configuration> configurations) {
    return configurations.stream().anyMatch(this::forks)
        ? null
        : KeptModel.begin(SharedRoom.of(configurations));
  }

  private boolean forks(Configuration configuration) {
    return cli.getForkCount().orElse(configuration.timing().forks()) > 0;
  }

  private Outcome runOne(Configuration configuration, Journal journal, Progress progress)
      throws IOException {
    Path notes = Files.createTempFile("joulemark-notes", ".jsonl");
    try {
      ConfigurationOptions options =
          new ConfigurationOptions(cli, configuration, forkArguments(notes));
      Instant startedAt = Instant.now();
      long start = System.nanoTime();
      Result result = runJmh(options, notes);
      double wallSeconds = (System.nanoTime() - start) / 1e9;
      Map<String, String> facts = ForkNotes.read(notes);
      Map<String, String> ran = RanParameters.of(configuration.params(), facts);
      List<RunResult> runResults = RanParameters.rename(result.results(), ran);
      JournalEntry entry =
          new JournalEntry(
              configuration.benchmark(),
              ran,
              result.outcome(),
              result.reason(),
              startedAt.toString(),
              wallSeconds,
              facts,
              ResultFiles.json(runResults));
      journal.append(entry);
      results.addAll(runResults);
      ResultFiles.write(results, ResultFormatType.JSON, folder.resolve(ResultFiles.JSON_FILE_NAME));
      learnAboutEngine(facts);
      List<ResultRow> newRows = ResultRow.of(entry);
      rows.addAll(newRows);
      progress.end(options.plannedSeconds(), wallSeconds, newRows);
      shortIterations
          .notice(facts, options.getMeasurementTime().get())
          .ifPresent(sentence -> out.println("    " + sentence));
      return result.outcome();
    } finally {
      Files.deleteIfExists(notes);
    }
  }

  private Result runJmh(ConfigurationOptions options, Path notes) throws IOException {
    RecordingFormat recording = new RecordingFormat();
    // Without forks (-f 0) the benchmark runs in this process.
    System.setProperty(ForkNotes.PROPERTY, notes.toString());
    System.setProperty(ScaleFinder.FOLDER_PROPERTY, calibrations());
    try {
      return new Result(Outcome.OK, "", new Runner(options, jmhOutput(recording)).run());
    } catch (RunnerException e) {
      JmhLock.refuse(e, results.isEmpty() ? "" : " What was measured before is in " + folder + ".");
      Failure failure = Failure.of(e);
      String reason = failure.reason();
      if (failure.outcome() == Outcome.FAILED && !recording.text().isBlank()) {
        reason += " (JMH's output: " + keepLog(recording.text()) + ")";
      }
      return new Result(failure.outcome(), reason, List.of());
    } finally {
      System.clearProperty(ForkNotes.PROPERTY);
      System.clearProperty(ScaleFinder.FOLDER_PROPERTY);
    }
  }

  private OutputFormat jmhOutput(RecordingFormat recording) {
    boolean asked = cli.verbosity().hasValue() && !cli.verbosity().get().equals(VerboseMode.SILENT);
    return asked ? OutputFormatFactory.createFormatInstance(out, cli.verbosity().get()) : recording;
  }

  private Path keepLog(String text) throws IOException {
    Path logs = Files.createDirectories(folder.resolve("logs"));
    return Files.writeString(logs.resolve("failure-" + (rows.size() + 1) + ".txt"), text);
  }

  /** Where the forks keep the calibrations that they fit: beside the results. */
  private String calibrations() {
    return folder.resolve("calibrations").toAbsolutePath().toString();
  }

  private List<String> forkArguments(Path notes) {
    return List.of(
        // JDK 24 and newer warn otherwise; the jar's manifest does not reach the forks.
        "--enable-native-access=ALL-UNNAMED",
        "-D" + JAVACPP_WATCH + "=" + NO_WATCH,
        "-D" + ForkNotes.PROPERTY + "=" + notes,
        "-D" + ScaleFinder.FOLDER_PROPERTY + "=" + calibrations());
  }

  private void learnAboutEngine(Map<String, String> notes) throws IOException {
    Map<String, String> learned = new TreeMap<>(engineFacts);
    notes.forEach(
        (key, value) -> {
          if (key.startsWith("engine.")) {
            learned.put(key.substring("engine.".length()), value);
          }
        });
    if (!learned.equals(engineFacts)) {
      engineFacts.putAll(learned);
      environment.withEngine(engineFacts).write(folder);
    }
  }

  private Progress progress(List<Configuration> configurations) {
    double planned = 0;
    Map<String, Set<String>> values = new LinkedHashMap<>();
    for (Configuration configuration : configurations) {
      planned += new ConfigurationOptions(cli, configuration, List.of()).plannedSeconds();
      configuration
          .params()
          .forEach(
              (name, value) -> values.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(value));
    }
    values.values().removeIf(seen -> seen.size() == 1 && configurations.size() > 1);
    return new Progress(out, configurations.size(), planned, values.keySet());
  }

  /** The file that the user asked for with -rf or -rff, beside our own. */
  private void writeUserResultFile() throws IOException {
    if (cli.getResult().hasValue() || cli.getResultFormat().hasValue()) {
      ResultFormatType format = cli.getResultFormat().orElse(ResultFormatType.CSV);
      Path file =
          Path.of(
              cli.getResult()
                  .orElse("jmh-result." + format.toString().toLowerCase(java.util.Locale.ROOT)));
      ResultFiles.write(results, format, file.toAbsolutePath());
      out.println("JMH's results in the format asked for: " + file);
    }
  }

  /**
   * What became of one configuration.
   *
   * @param outcome how it ended
   * @param reason one sentence, empty where it is ok
   * @param results JMH's, empty unless ok
   */
  private record Result(Outcome outcome, String reason, Collection<RunResult> results) {}
}
