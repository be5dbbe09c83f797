package org.joulemark.benchmarks.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What every command of ours accepts. */
abstract class SubCommand implements Callable<Integer> {

  /**
   * Also looked for by {@link JoulemarkCommand} in the raw arguments, because parsing itself may
   * fail.
   */
  @Option(names = "--verbose", description = "Show where an error happened.")
  boolean verbose;

  @Option(names = "--help", usageHelp = true, description = "Print this help and exit.")
  boolean helpRequested;
}
