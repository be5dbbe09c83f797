package org.joulemark.harness.energy.source;

import java.nio.file.Path;
import org.joulemark.harness.energy.modelled.PowerModel;
import org.joulemark.harness.energy.rapl.RaplMeter;

/**
 * What an energy source is chosen by.
 *
 * @param method how energy is to be found
 * @param model power model where there is no sensor
 * @param powercapRoot folder of the RAPL counters
 */
public record SourceSettings(Method method, PowerModel model, Path powercapRoot) {

  /** The best source there is, default model, the usual folder. */
  public static SourceSettings defaults() {
    return new SourceSettings(Method.AUTO, PowerModel.ofThisHost(), RaplMeter.DEFAULT_ROOT);
  }
}
