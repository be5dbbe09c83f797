package org.joulemark.reports.view;

import java.util.Map;
import java.util.Optional;
import org.joulemark.harness.platform.Environment;
import org.joulemark.harness.platform.GpuCatalogue;
import org.joulemark.harness.platform.GpuSpec;
import org.joulemark.reports.result.ResultRow;

/**
 * What a result was measured on.
 *
 * @param name the device's own name, or a statement that nobody wrote it down
 * @param spec what the GPU's maker states; empty for a processor and for a GPU that is not in the
 *     catalogue
 */
public record Hardware(String name, Optional<GpuSpec> spec) {

  /** From the row's engine and the environment that the row was measured in. */
  static Hardware of(ResultRow row, Optional<Environment> environment) {
    String engine = engine(row, environment);
    if (environment.isEmpty()) {
      return new Hardware(
          engine.isEmpty() ? "unknown hardware" : "unknown hardware (engine " + engine + ")",
          Optional.empty());
    }
    Environment known = environment.get();
    String device = facts(known).get("device.name");
    if (device != null && !engine.equals("cpu")) {
      return new Hardware(device, GpuCatalogue.standard().find(device));
    }
    return new Hardware(
        known.cpu().model() + ", " + known.cpu().logicalProcessors() + " processors",
        Optional.empty());
  }

  private static String engine(ResultRow row, Optional<Environment> environment) {
    String engine = row.params().getOrDefault("engine", "auto");
    return engine.equals("auto")
        ? environment.map(known -> facts(known).getOrDefault("name", "")).orElse("")
        : engine;
  }

  /** Files of other versions may lack them. */
  private static Map<String, String> facts(Environment environment) {
    return Optional.ofNullable(environment.engine()).orElse(Map.of());
  }
}
