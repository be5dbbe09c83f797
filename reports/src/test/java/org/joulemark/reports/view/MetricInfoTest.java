package org.joulemark.reports.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.joulemark.reports.Journals;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import org.junit.jupiter.api.Test;

/** What people read of metrics. */
class MetricInfoTest {
  /** Shown as a word of its own beside the figures, not as a metric. */
  private static final String KIND = "energy.kind";

  @Test
  void everyMetricOfRealResultsHasATitleAndAMeaning() {
    ResultSet real = ResultLoader.load(List.of(Journals.REAL));
    Set<String> unexplained = new TreeSet<>();
    real.files().stream()
        .flatMap(file -> file.rows().stream())
        .flatMap(located -> located.row().metrics().keySet().stream())
        .filter(name -> !name.equals(KIND) && MetricInfo.find(name).isEmpty())
        .forEach(unexplained::add);
    assertThat(unexplained).isEmpty();
  }

  @Test
  void everyEntryIsDefinedInTheDocumentation() throws IOException {
    String pages = "";
    for (String page : List.of("measurement.md", "tasks.md")) {
      pages += Files.readString(Journals.REAL.resolveSibling(page));
    }
    assertThat(pages)
        .contains(MetricInfo.all().stream().map(info -> "`" + info.name() + "`").toList());
  }

  @Test
  void noMetricHasTwoEntries() {
    assertThat(MetricInfo.all()).extracting(MetricInfo::name).doesNotHaveDuplicates();
  }

  @Test
  void aGpusOwnMetricIsThatOfAnyGpu() {
    assertThat(MetricInfo.find("gpu3.power")).isEqualTo(MetricInfo.find("power")).isPresent();
    assertThat(MetricInfo.find("no.such.metric")).isEmpty();
  }
}
