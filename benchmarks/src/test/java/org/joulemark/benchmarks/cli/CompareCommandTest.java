package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.joulemark.harness.platform.CpuInfo;
import org.joulemark.harness.platform.Environment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands {@code compare} and {@code baseline} as users call them: exit codes, files, words.
 */
class CompareCommandTest {
  @TempDir Path folder;

  @Test
  void exitCodesSayTheOutcome() throws IOException {
    String a = run("a", 10, 200, 0.15, "580.1");
    assertThat(execute("compare", a, run("same", 10, 200.3, 0.15, "580.1")).code).isZero();
    assertThat(execute("compare", a, run("slow", 10, 207, 0.15, "580.1")).code).isEqualTo(1);
    assertThat(execute("compare", a, run("hungry", 10, 200, 0.16, "580.1")).code).isEqualTo(1);
    assertThat(execute("compare", a, run("few", 3, 207, 0.15, "580.1")).code).isEqualTo(2);
    String other = run("other", 10, 200, 0.15, "590.2");
    Execution different = execute("compare", a, other);
    assertThat(different.code).isEqualTo(3);
    assertThat(different.out)
        .contains("driver.version: 580.1 in A, 590.2 in B.")
        .contains("--force");
    assertThat(execute("compare", a, other, "--force").code).isZero();
  }

  @Test
  void aComparisonThatCannotBeMadeIsNoVerdict() throws IOException {
    String a = run("a", 10, 200, 0.15, "580.1");
    Path broken = Files.writeString(folder.resolve("broken.jsonl"), "{\n{}\n");
    for (String[] arguments :
        List.of(
            new String[] {"compare", a},
            new String[] {"compare", a, "nowhere"},
            new String[] {"compare", a, broken.toString()},
            new String[] {"compare", a, "baseline:none", "--baselines", folder.toString()},
            new String[] {"compare", a, a, "--format", "pdf"},
            new String[] {"compare", a, a, "--write", "junit"},
            new String[] {"compare", a, a, "--write", "junit=" + folder.resolve("no/where.xml")},
            new String[] {"compare", a, a, "--time-threshold", "2"},
            new String[] {"compare", a, a, "--nonsense"})) {
      Execution execution = execute(arguments);
      assertThat(execution.code).as(String.join(" ", arguments)).isEqualTo(4);
      assertThat(execution.err.lines().toList()).as(execution.err).hasSize(1);
      assertThat(execution.out).isEmpty();
    }
  }

  @Test
  void writesEveryFormBesideWhatItPrints() throws IOException {
    String a = run("a", 10, 200, 0.15, "580.1");
    String b = run("b", 10, 207, 0.15, "580.1");
    Path junit = folder.resolve("junit.xml");
    Path summary = Files.writeString(folder.resolve("summary.md"), "before\n");
    Execution execution =
        execute(
            "compare",
            a,
            b,
            "--format",
            "markdown",
            "--write",
            "junit=" + junit,
            "--write",
            "github-summary=" + summary);
    assertThat(execution.code).isEqualTo(1);
    assertThat(execution.out).startsWith("**Regression").contains("| slower |");
    assertThat(Files.readString(junit)).startsWith("<?xml").contains("<failure");
    assertThat(Files.readString(summary)).startsWith("before\n## Joulemark");
  }

  @Test
  void baselinesAreSavedListedAndComparedWith() throws IOException {
    String a = run("a", 10, 200, 0.15, "580.1");
    String store = folder.resolve("store").toString();
    assertThat(execute("baseline", "list", "--baselines", store).out).contains("baseline save");
    assertThat(execute("baseline", "save", "main", a, "--baselines", store).code).isZero();
    assertThat(execute("baseline", "list", "--baselines", store).out)
        .contains("main")
        .contains("NVIDIA H200, driver 580.1");
    String slow = run("slow", 10, 207, 0.15, "580.1");
    assertThat(execute("compare", "baseline:main", slow, "--baselines", store).code).isEqualTo(1);
    Execution again = execute("baseline", "save", "main", slow, "--baselines", store);
    assertThat(again.code).isEqualTo(2);
    assertThat(again.err).contains("--replace");
    assertThat(execute("baseline", "save", "main", slow, "--baselines", store, "--replace").code)
        .isZero();
    assertThat(execute("compare", "baseline:main", slow, "--baselines", store).code).isZero();
  }

  private static Execution execute(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        JoulemarkCommand.execute(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Execution(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** A results folder with one configuration. */
  private String run(String name, int forks, double micros, double joules, String driver)
      throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        run.resolve("journal.jsonl"),
        """
        {"benchmark": "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm", "params": {"engine": "cuda"}, \
        "outcome": "ok", "reason": "", "startedAt": "2026-01-01T00:00:00Z", "wallSeconds": 1.0, \
        "notes": {"energy.kind": "measured"}, "results": [{"benchmark": \
        "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm", "mode": "avgt", \
        "primaryMetric": %s, "secondaryMetrics": {"energy": %s}}]}
        """
            .formatted(metric("us/op", micros, forks), metric("J/op", joules, forks)));
    new Environment(
            "2026-01-01T00:00:00Z",
            Map.of(),
            List.of(),
            "quick",
            "Linux",
            Map.of(),
            new CpuInfo("Xeon", 2, List.of(), "unknown"),
            1L << 34,
            Map.of("name", "cuda", "device.name", "NVIDIA H200", "driver.version", driver),
            Map.of())
        .write(run);
    return run.toString();
  }

  private static String metric(String unit, double mean, int forks) {
    String raw =
        IntStream.range(0, forks)
            .mapToObj(i -> String.format(Locale.ROOT, "[%.9g]", mean * (1 + 1e-4 * (i % 5))))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "{\"score\": %.9g, \"scoreError\": \"NaN\", \"scoreUnit\": \"%s\", \"rawData\": [%s]}",
        mean,
        unit,
        raw);
  }

  private record Execution(int code, String out, String err) {}
}
