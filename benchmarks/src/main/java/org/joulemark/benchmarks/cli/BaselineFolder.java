package org.joulemark.benchmarks.cli;

import java.nio.file.Path;
import org.joulemark.reports.baseline.BaselineStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where baselines are kept. */
final class BaselineFolder {
  @Option(
      names = "--baselines",
      paramLabel = "DIR",
      description = "Folder of the baselines (default: joulemark/baselines among the user's data).")
  private @Nullable Path chosen;

  /** The folder chosen, or the default one of this user. */
  Path folder() {
    return chosen == null
        ? BaselineStore.defaultFolder(
            System.getenv(),
            System.getProperty("os.name", ""),
            Path.of(System.getProperty("user.home", "")))
        : chosen;
  }
}
