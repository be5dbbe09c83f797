package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.joulemark.benchmarks.run.UsageException;
import org.joulemark.reports.result.Refusal;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import org.joulemark.reports.task.TaskResult;

/** The tasks in files and folders of results that a user names. */
final class MeasuredTasks {
  private MeasuredTasks() {}

  /**
   * Reads them; what cannot be read is told and left out.
   *
   * @param err where that is told
   * @throws UsageException if there is no task in any of them, with the reason if there is one
   */
  static List<TaskResult> read(List<Path> files, PrintWriter err) {
    ResultSet results = ResultLoader.load(files);
    List<TaskResult> tasks =
        results.files().stream().flatMap(file -> TaskResult.of(file).stream()).toList();
    if (tasks.isEmpty() && !results.refusals().isEmpty()) {
      throw new UsageException(results.refusals().get(0).sentence());
    }
    for (Refusal refusal : results.refusals()) {
      err.println("joulemark: " + refusal.sentence());
    }
    err.flush();
    if (tasks.isEmpty()) {
      throw new UsageException(
          "There is no measured task in "
              + String.join(" ", files.stream().map(Path::toString).toList())
              + "; run TaskBenchmark first, and name the folder of its results.");
    }
    return tasks;
  }
}
