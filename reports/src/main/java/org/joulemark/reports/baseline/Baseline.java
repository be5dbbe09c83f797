package org.joulemark.reports.baseline;

import java.nio.file.Path;
import java.util.List;
import org.joulemark.reports.result.ResultSet;

/**
 * Results that were kept.
 *
 * @param name what the user called them
 * @param folder where the copy is
 * @param results the copy, read
 */
public record Baseline(String name, Path folder, ResultSet results) {
  /** When the results were recorded, ISO 8601, one for each environment. */
  public List<String> recordedAt() {
    return results.files().stream()
        .flatMap(file -> file.environment().stream())
        .map(environment -> environment.recordedAt())
        .distinct()
        .toList();
  }
}
