package org.joulemark.reports.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.result.LocatedRow;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultRow;
import org.joulemark.reports.result.RowEnvironment;

/** All results of one hardware in one of the two runs, by configuration. */
final class Side {
  /** Names a specimen of the hardware, which is not what makes two configurations the same. */
  private static final String DEVICE_PARAMETER = "device";

  private final Optional<Environment> environment;
  private final Map<Configuration, List<ResultRow>> measured = new LinkedHashMap<>();
  private final Map<Configuration, Set<Optional<Environment>>> places = new LinkedHashMap<>();
  private final Map<Configuration, ResultRow> unmeasured = new LinkedHashMap<>();

  private Side(Optional<Environment> environment) {
    this.environment = environment;
  }

  /** The sides of a run, one for each hardware in it. */
  static Map<Hardware, Side> of(List<ResultFile> files) {
    Map<Hardware, Side> sides = new LinkedHashMap<>();
    for (ResultFile file : files) {
      for (LocatedRow located : file.rows()) {
        Optional<Environment> environment = RowEnvironment.of(located.row(), file.environment());
        sides
            .computeIfAbsent(Hardware.of(environment), hardware -> new Side(environment))
            .add(located.row(), environment);
      }
    }
    return sides;
  }

  private void add(ResultRow row, Optional<Environment> from) {
    Map<String, String> params = new LinkedHashMap<>(row.params());
    params.remove(DEVICE_PARAMETER);
    Configuration configuration = new Configuration(row.benchmark(), params, row.mode());
    if (row.outcome() == Outcome.OK) {
      measured.computeIfAbsent(configuration, key -> new ArrayList<>()).add(row);
      places.computeIfAbsent(configuration, key -> new LinkedHashSet<>()).add(from);
    } else {
      unmeasured.put(configuration.withoutMode(), row);
    }
  }

  /** Where the first of the results comes from. */
  Optional<Environment> environment() {
    return environment;
  }

  /**
   * Where the results of a configuration that was measured come from: each from the device that it
   * names, of which there may be several of one model.
   */
  Set<Optional<Environment>> environments(Configuration configuration) {
    return places.getOrDefault(configuration, Set.of(environment));
  }

  /**
   * What was measured, in the files' order; a configuration may have been measured several times.
   */
  Map<Configuration, List<ResultRow>> measured() {
    return measured;
  }

  /** The row that says why {@code configuration} was not measured, if it was tried. */
  Optional<ResultRow> unmeasured(Configuration configuration) {
    return Optional.ofNullable(unmeasured.get(configuration.withoutMode()));
  }

  /**
   * What makes two rows the same measurement.
   *
   * @param benchmark full name
   * @param params all parameters but the device
   * @param mode JMH's mode
   */
  record Configuration(String benchmark, Map<String, String> params, String mode) {
    /** A configuration that did not run has no mode. */
    Configuration withoutMode() {
      return new Configuration(benchmark, params, "");
    }
  }
}
