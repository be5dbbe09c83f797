package org.joulemark.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.Assertions;
import org.joulemark.benchmarks.work.BreakingBenchmark;
import org.joulemark.harness.jmh.EnergyProfiler;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JMH for real in this process, without forks: what a trial that fails leaves to the next one. */
class SuiteRunTest {
  private static final Map<String, String> PARAMS =
      Map.ofEntries(
          Map.entry("engine", "cpu"),
          Map.entry("device", "0"),
          Map.entry("threads", "0"),
          Map.entry("model", "qwen2.5-7b"),
          Map.entry("checkpoint", "none"),
          Map.entry("strategy", "fp32"),
          Map.entry("calibration", "none"),
          Map.entry("batch", "1"),
          Map.entry("library", "auto"),
          Map.entry("algo", "auto"),
          Map.entry("attention", "auto"),
          Map.entry("launch", "auto"),
          Map.entry("seed", "1"));

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @TempDir Path folder;

  @BeforeEach
  void forgetEvents() {
    BreakingBenchmark.EVENTS.clear();
  }

  private List<JournalEntry> run(String arguments, String... breaks) throws IOException {
    List<Configuration> configurations = new ArrayList<>();
    for (String where : breaks) {
      Map<String, String> params = new TreeMap<>(PARAMS);
      params.put("breaks", where);
      configurations.add(
          new Configuration(
              BreakingBenchmark.class.getName() + ".unit",
              params,
              new Preset.Timing(0, 1, 10, 2, 20)));
    }
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      new SuiteRun(
              CommandLine.parse(List.of(("-f 0 " + arguments).strip().split(" "))).options(),
              folder,
              out,
              Environment.capture(Map.of(), List.of(), "quick", Map.of(), Map.of()))
          .run(configurations);
    }
    return Journal.read(folder.resolve("journal.jsonl"), Assertions::fail);
  }

  private String output() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prime", "submit", "drain"})
  void afterAFailureTheNextConfigurationIsPreparedAnew(String where) throws IOException {
    List<JournalEntry> journal = run("", where, "none");
    assertThat(journal)
        .extracting(JournalEntry::outcome)
        .containsExactly(Outcome.FAILED, Outcome.OK);
    assertThat(journal.get(0).reason()).contains(where + " breaks");
    assertThat(journal.get(1).params()).containsEntry("breaks", "none");
    assertThat(journal.get(1).notes()).containsEntry("session", "opened for this configuration");
    assertThat(BreakingBenchmark.EVENTS)
        .containsExactly(
            "prepare " + where,
            "close work of " + where,
            "close model of " + where,
            "prepare none",
            "close work of none",
            "close model of none");
  }

  @Test
  void iterationsTooShortForTheEnergySourceAreSaidOnce() throws IOException {
    run("-r 20ms -prof " + EnergyProfiler.class.getName() + ":method=modelled", "none", "none");
    assertThat(output().lines().map(String::strip))
        .containsOnlyOnce(
            "No energy: an iteration lasts 0.02 s and this energy source needs 0.29 s or more;"
                + " stop this run and give -r 1s.");
  }

  @Test
  void aTrialThatFailsWhileItIsClosedIsNotClosedTwice() throws IOException {
    List<JournalEntry> journal = run("", "close", "none");
    assertThat(journal)
        .extracting(JournalEntry::outcome)
        .containsExactly(Outcome.FAILED, Outcome.OK);
    assertThat(BreakingBenchmark.EVENTS)
        .containsExactly(
            "prepare close",
            "close work of close",
            "close model of close",
            "prepare none",
            "close work of none",
            "close model of none");
  }

  @Test
  void aModelThatCannotBeFreedAtTheEndCostsASentenceAndNoResult() throws IOException {
    Path file = folder.resolve("mine.csv");
    assertThat(run("-rf csv -rff " + file, "model"))
        .extracting(JournalEntry::outcome)
        .containsExactly(Outcome.OK);
    assertThat(output()).contains("could not be closed: IllegalStateException: the model breaks");
    assertThat(Files.readString(file)).contains("BreakingBenchmark.unit");
    // And the next run keeps models again.
    assertThat(run("", "none")).last().extracting(JournalEntry::outcome).isEqualTo(Outcome.OK);
  }
}
