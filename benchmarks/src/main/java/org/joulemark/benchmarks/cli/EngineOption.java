package org.joulemark.benchmarks.cli;

import java.io.PrintWriter;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineCatalogue;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.engine.EngineProvider;
import picocli.CommandLine.Option;

/** The engine, and the device of it, that a command works on by itself, without a run. */
final class EngineOption {
  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = "auto (default: the best there is), cuda or cpu.")
  private String engine = "auto";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "Index or UUID of the GPU (default 0).")
  private String device = "0";

  /**
   * The engine that was asked for; prints which it is and why.
   *
   * @throws IllegalArgumentException if there is none of that name
   * @throws org.joulemark.kernels.engine.EngineException if it cannot be opened, with the reason
   */
  EngineProvider choose(PrintWriter out) {
    EngineCatalogue.Choice choice = EngineCatalogue.installed().choose(engine);
    out.println("Engine " + choice.provider().name() + ": " + choice.reason());
    out.flush();
    return choice.provider();
  }

  /** Opens it on the device that was asked for, with the engine's own number of threads. */
  Engine open(EngineProvider provider) {
    return provider.open(new EngineOptions(device, 0));
  }
}
