package org.joulemark.harness.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ProfilerConfig;
import org.openjdk.jmh.runner.options.TimeValue;

/** The profilers as users meet them: attached by JMH, in a fork, on a benchmark. */
class ProfilersInForkTest {
  private static final Map<String, String> ENERGY_UNITS =
      Map.ofEntries(
          Map.entry("energy", "J/op"),
          Map.entry("energy.uncertainty", "J/op"),
          Map.entry("energy.gain.error", "1"),
          Map.entry("energy.window", "s"),
          Map.entry("power", "W"),
          Map.entry("ops.per.joule", "op/J"),
          Map.entry("flop.per.joule", "FLOP/J"),
          Map.entry("score", "1"),
          Map.entry("eor", "1/Wh"),
          Map.entry("tweor", "1/(Wh·s)"),
          Map.entry("edp", "J·s"),
          Map.entry("energy.per.token", "J/token"),
          Map.entry("energy.status", "code"));

  private final Path folder;

  ProfilersInForkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Path notes() {
    return folder.resolve("notes.jsonl");
  }

  private static Result<?> result(RunResult run, String label) {
    return Objects.requireNonNull(run.getSecondaryResults().get(label), label);
  }

  private static double score(RunResult run, String label) {
    return result(run, label).getScore();
  }

  private static void assertUnits(RunResult run) {
    ENERGY_UNITS.forEach(
        (label, unit) -> assertThat(result(run, label).getScoreUnit()).as(label).isEqualTo(unit));
  }

  @Test
  void aPartOfATaskHasTheFiguresOfTheWhole() throws Exception {
    RunResult run =
        ForkedRun.of(
            "cpu",
            notes(),
            options ->
                options
                    .param("task", "1000")
                    .measurementIterations(1)
                    .addProfiler(EnergyProfiler.class, "method=modelled")
                    .addProfiler(WorkProfiler.class));
    double joules = score(run, "energy");
    assertThat(joules).isPositive();
    double wattHours = 1000 * joules / 3600;
    assertThat(score(run, "task.energy")).isCloseTo(wattHours, Percentage.withPercentage(1e-6));
    assertThat(score(run, "task.energy.uncertainty"))
        .isCloseTo(1000 * score(run, "energy.uncertainty") / 3600, Percentage.withPercentage(1e-6));
    assertThat(score(run, "task.eor")).isCloseTo(0.5 / wattHours, Percentage.withPercentage(1e-6));
    // Spinning for 2 ms a unit.
    assertThat(score(run, "task.time") * 3600).isBetween(2.0, 20.0);
    assertThat(score(run, "task.tweor")).isPositive();
    assertThat(result(run, "task.energy").getScoreUnit()).isEqualTo("Wh");
  }

  @Test
  void modelledEnergyOfAProcessorBenchmark() throws Exception {
    RunResult run =
        ForkedRun.of(
            "cpu",
            notes(),
            options ->
                options
                    // One iteration: a mean of quotients is not the quotient of the means.
                    .measurementIterations(1)
                    .addProfiler(EnergyProfiler.class, "method=modelled;cpu-busy-watts=10")
                    .addProfiler(WorkProfiler.class));
    assertUnits(run);
    double joules = score(run, "energy");
    double watts = score(run, "power");
    double seconds = joules / watts;
    int processors = Runtime.getRuntime().availableProcessors();
    // At least idle cores and some work: on a crowded machine a spinning thread gets only a share
    // of a core. JIT compilers and the JVM's own threads come on top.
    assertThat(watts).isBetween(processors * 0.74 + 0.05 * (10 - 0.74), processors * 10 * 1.2);
    assertThat(score(run, "energy.uncertainty")).isBetween(1e-9, joules);
    assertThat(score(run, "score")).isEqualTo(0.5);
    assertThat(score(run, "eor")).isCloseTo(0.5 * 3600 / joules, Percentage.withPercentage(1e-6));
    assertThat(score(run, "energy.status")).isZero();
    assertThat(result(run, "energy.kind").getScoreUnit()).isEqualTo("modelled");
    assertThat(score(run, "energy.kind")).isEqualTo(3);
    // The same units as the energy's, timed around its window rather than in it.
    assertThat(score(run, "flop.rate")).isCloseTo(1e6 / seconds, Percentage.withPercentage(40));
    assertThat(score(run, "byte.rate"))
        .isCloseTo(2 * score(run, "flop.rate"), Percentage.withPercentage(1e-6));
    // A unit is a million operations and one token.
    assertThat(score(run, "token.rate"))
        .isCloseTo(score(run, "flop.rate") / 1e6, Percentage.withPercentage(1e-6));
    // A whole number of operations was done in the window, none shorter than its 2 ms.
    double operations = score(run, "energy.window") / seconds;
    assertThat(operations).isCloseTo(Math.rint(operations), within(1e-6)).isPositive();
    assertThat(seconds).isGreaterThan(0.002);
    // JMH times its own part of the iteration; on a crowded machine that part goes otherwise.
    double jmhSeconds = run.getPrimaryResult().getScore() * 1e-6;
    assertThat(jmhSeconds).isBetween(seconds / 5, seconds * 5);
    assertThat(score(run, "device.time")).isCloseTo(0.002, within(1e-12));
    assertThat(ForkNotes.read(notes()))
        .containsEntry("energy.kind", "modelled")
        .containsEntry("energy.scope", "cpu-model")
        .containsEntry("spin.device", "cpu")
        .hasEntrySatisfying("energy.meter", meter -> assertThat(meter).contains("10.0 W busy"))
        .doesNotContainKey("energy.reason");
  }

  @Test
  void twoInstancesReportOnce() throws Exception {
    String energy = EnergyProfiler.class.getName();
    List<ProfilerConfig> given =
        List.of(
            new ProfilerConfig(energy, "method=modelled"),
            new ProfilerConfig(energy, "method=rapl"),
            new ProfilerConfig(WorkProfiler.class.getName(), ""));
    RunResult run =
        ForkedRun.of(
            "cpu",
            notes(),
            options ->
                AttachedProfilers.with(given)
                    .forEach(each -> options.addProfiler(each.getKlass(), each.getOpts())));
    // Two iterations, so two samples of each result; a second reporter would give four.
    assertThat(result(run, "energy").getSampleCount()).isEqualTo(2);
    assertThat(result(run, "flop.rate").getSampleCount()).isEqualTo(2);
    assertThat(score(run, "energy")).isPositive();
  }

  @Test
  void aBenchmarkWithoutAWindowHasNaNAndAReason() throws Exception {
    RunResult run =
        ForkedRun.of(
            "never",
            notes(),
            options -> options.addProfiler(EnergyProfiler.class).addProfiler(WorkProfiler.class));
    assertUnits(run);
    for (String label : List.of("energy", "power", "eor", "tweor", "edp", "flop.rate")) {
      assertThat(score(run, label)).as(label).isNaN();
    }
    assertThat(result(run, "energy.kind").getScoreUnit()).isEqualTo("none");
    assertThat(score(run, "energy.status")).isEqualTo(2);
    assertThat(ForkNotes.read(notes()).get("energy.reason")).contains("no work window");
    // Operations of 2 ms in µs, which last longer where other processes have the cores.
    assertThat(run.getPrimaryResult().getScore()).isBetween(1500.0, 200_000.0);
  }

  @Test
  void nanReachesJmhsJson() throws Exception {
    RunResult run =
        ForkedRun.of("never", notes(), options -> options.addProfiler(EnergyProfiler.class));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ResultFormatFactory.getInstance(
            ResultFormatType.JSON, new PrintStream(bytes, true, StandardCharsets.UTF_8))
        .writeOut(List.of(run));
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("\"score\" : \"NaN\"");
  }

  @Test
  void raplInsteadOfAModelWhereItIsReadable() throws Exception {
    // A counter that stands still: found, named, and refused as stuck rather than shown as 0 J.
    Path zone = folder.resolve("powercap/intel-rapl:0");
    Files.createDirectories(zone);
    Files.writeString(zone.resolve("name"), "package-0\n");
    Files.writeString(zone.resolve("max_energy_range_uj"), "262143328850\n");
    Files.writeString(zone.resolve("energy_uj"), "12345\n");
    RunResult run =
        ForkedRun.of(
            "cpu",
            notes(),
            options ->
                options
                    .addProfiler(EnergyProfiler.class, "powercap=" + folder.resolve("powercap"))
                    .measurementTime(TimeValue.milliseconds(700)));
    assertThat(score(run, "energy")).isNaN();
    assertThat(score(run, "energy.status")).isEqualTo(4);
    assertThat(result(run, "energy.kind").getScoreUnit()).isEqualTo("measured");
    assertThat(ForkNotes.read(notes()))
        .containsEntry("energy.scope", "cpu-package")
        .hasEntrySatisfying("energy.reason", reason -> assertThat(reason).contains("did not move"));
  }

  @Test
  void helpAndMistakesListTheOptions() {
    assertThatThrownBy(() -> new EnergyProfiler("help"))
        .isInstanceOf(ProfilerException.class)
        .hasMessageContaining("method")
        .hasMessageContaining("cpu-idle-watts");
    assertThatThrownBy(() -> new EnergyProfiler("metod=rapl"))
        .isInstanceOf(ProfilerException.class)
        .hasMessageContaining("no option \"metod=rapl\"");
    assertThatThrownBy(() -> new EnergyProfiler("method=guess"))
        .isInstanceOf(ProfilerException.class)
        .hasMessageContaining("choose from auto");
    assertThatThrownBy(() -> new EnergyProfiler("cpu-idle-watts=9"))
        .isInstanceOf(ProfilerException.class)
        .hasMessageContaining("cpu-busy-watts");
  }

  @Test
  void aMistakeStopsTheRunBeforeItBegins() {
    assertThatThrownBy(
            () ->
                ForkedRun.of(
                    "cpu",
                    notes(),
                    options -> options.addProfiler(EnergyProfiler.class, "hertz=1")))
        .isInstanceOf(RunnerException.class)
        .hasStackTraceContaining("no option");
  }
}
