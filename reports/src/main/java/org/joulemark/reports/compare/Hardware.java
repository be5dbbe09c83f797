package org.joulemark.reports.compare;

import java.util.Optional;
import org.joulemark.harness.platform.Environment;

/**
 * What results must share to be compared at all.
 *
 * @param name the GPU model's name, or the processor's
 * @param driver the driver's version; empty where no device needs one
 */
public record Hardware(String name, String driver) {

  /** The hardware that {@code environment} describes. */
  public static Hardware of(Optional<Environment> environment) {
    return environment
        .map(
            known -> new Hardware(EnvironmentFacts.hardware(known), EnvironmentFacts.driver(known)))
        .orElse(new Hardware("unknown hardware", ""));
  }

  /** Model and driver for people. */
  public String title() {
    return driver.isEmpty() ? name : name + ", driver " + driver;
  }
}
