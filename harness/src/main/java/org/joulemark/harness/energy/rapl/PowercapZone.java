package org.joulemark.harness.energy.rapl;

import java.nio.file.Path;

/**
 * One RAPL domain of powercap.
 *
 * @param name what the kernel calls it: {@code package-0}, {@code dram}
 * @param energyFile its counter, in microjoules
 * @param rangeMicrojoules the value at which the counter starts again from zero
 */
record PowercapZone(String name, Path energyFile, long rangeMicrojoules) {

  boolean isDram() {
    return name.equals("dram");
  }
}
