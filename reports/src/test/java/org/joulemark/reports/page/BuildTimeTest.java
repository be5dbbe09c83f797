package org.joulemark.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.joulemark.reports.Journals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A campaign's report is made in seconds and in a small heap, far below the 1 GiB that is promised
 * for the whole process; the bound of time leaves room for a busy machine.
 */
class BuildTimeTest {
  private static final long SLOWEST_MILLIS = 45_000;

  @TempDir Path folder;

  @Test
  void fiftyThousandRowsAreBuiltInAQuarterOfAGibibyte() throws IOException, InterruptedException {
    Path campaign = Journals.campaign(folder, 50_000);
    Path page = folder.resolve("report.html");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                BuildReport.class.getName(),
                campaign.toString(),
                page.toString())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(said).matches("50000 \\d+");
    long millis = Long.parseLong(said.substring(said.indexOf(' ') + 1));
    System.out.println("50,000 rows: page built in " + millis + " ms, in 256 MiB of heap at most");
    assertThat(millis).isLessThan(SLOWEST_MILLIS);
    assertThat(Files.size(page)).isLessThan(10_000_000);
  }
}
