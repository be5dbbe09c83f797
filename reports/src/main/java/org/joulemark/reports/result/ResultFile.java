package org.joulemark.reports.result;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.joulemark.harness.platform.Environment;

/**
 * The rows of one journal, or of one file of JMH's.
 *
 * @param file as it was reached from what the user named
 * @param environment the sidecar in the same folder; empty where there is none
 * @param rows in the file's order
 * @param cutOff whether the journal's last line was cut off, because the run was killed while it
 *     wrote; that line is left out
 */
public record ResultFile(
    Path file, Optional<Environment> environment, List<LocatedRow> rows, boolean cutOff) {}
