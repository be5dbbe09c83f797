package org.joulemark.reports.result;

import java.nio.file.Path;
import java.util.List;

/**
 * Any number of results from any number of machines.
 *
 * @param files what could be read, in the order of the user's words, a folder's files by name
 * @param traces telemetry files of the energy profiler's option {@code trace=}
 * @param refusals what could not be read, in the order met; empty if all is well
 */
public record ResultSet(List<ResultFile> files, List<Path> traces, List<Refusal> refusals) {

  /** How many rows there are in all files. */
  public int rowCount() {
    return files.stream().mapToInt(file -> file.rows().size()).sum();
  }
}
