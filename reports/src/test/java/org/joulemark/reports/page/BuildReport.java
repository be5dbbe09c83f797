package org.joulemark.reports.page;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.joulemark.reports.export.ReportFormat;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.Traces;

/** Makes a page in a process of its own, and prints how many milliseconds that took. */
final class BuildReport {
  private BuildReport() {}

  /** Results folder and page. */
  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    ResultSet results = ResultLoader.loadSummaries(List.of(Path.of(args[0])));
    ReportFormat.HTML.write(
        "campaign",
        "a test",
        ReportTable.of(results),
        Traces.read(results.traces()),
        Path.of(args[1]));
    System.out.println(results.rowCount() + " " + (System.nanoTime() - start) / 1_000_000);
  }
}
