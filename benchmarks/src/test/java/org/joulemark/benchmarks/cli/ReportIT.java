package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar holds everything that a page needs, and says what it could not read. */
class ReportIT {
  private static final String REAL =
      Path.of("../docs/results/h200").toAbsolutePath().normalize().toString();

  @TempDir Path folder;

  @Test
  void makesEveryFormatOfRealResults() throws IOException, InterruptedException {
    SuiteProcess suite =
        SuiteProcess.run(folder, "report", REAL, "-o", "h200.html", "--format", "html,md,csv,json");
    assertThat(suite.err()).isEmpty();
    assertThat(suite.exitCode()).isZero();
    assertThat(Files.readString(folder.resolve("h200.html")))
        .contains("<h1>NVIDIA H200</h1>")
        .contains("Apache Software Foundation")
        .contains("square-8192");
    for (String format : new String[] {"md", "csv", "json"}) {
      assertThat(folder.resolve("h200." + format)).content().contains("square-8192");
    }
  }

  @Test
  void aHalfJournalGivesItsWholeLinesAndABrokenFileIsNamed()
      throws IOException, InterruptedException {
    String journal = Files.readString(Path.of(REAL, "gemm-8192.jsonl"));
    Files.writeString(folder.resolve("journal.jsonl"), journal.substring(0, journal.length() / 2));
    Files.writeString(folder.resolve("other.json"), "[{\"name\": \"not JMH's\"}]");
    SuiteProcess suite = SuiteProcess.run(folder, "report", "journal.jsonl", "other.json");
    assertThat(suite.exitCode()).isEqualTo(1);
    assertThat(suite.out()).contains("2 results in report.html");
    assertThat(suite.err().lines().toList()).hasSize(1);
    assertThat(suite.err()).contains("other.json, result 1");
    assertThat(Files.readString(folder.resolve("report.html"))).contains("other.json, result 1");
  }
}
