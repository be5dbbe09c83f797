package org.joulemark.benchmarks;

import org.joulemark.benchmarks.cli.JoulemarkCommand;

/** The entry point of {@code benchmarks.jar}. */
public final class Main {
  private Main() {}

  /** Runs the command line and ends with its exit code. */
  public static void main(String[] args) {
    System.exit(JoulemarkCommand.execute(args, System.out, System.err));
  }
}
