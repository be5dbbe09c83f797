package org.joulemark.benchmarks.run;

import org.openjdk.jmh.runner.RunnerException;

/**
 * The lock by which JMH lets one run of a machine measure at a time. Where it cannot be had,
 * nothing can be measured, whatever the configuration.
 */
final class JmhLock {
  private JmhLock() {}

  /**
   * Ends the run if that is why JMH's runner did not begin.
   *
   * @param more a sentence to end with, empty for none
   * @throws UsageException with what to do
   */
  static void refuse(RunnerException thrown, String more) {
    // As JMH 1.37 says it, both where the lock is taken and where its file cannot be opened.
    if (!String.valueOf(thrown.getMessage()).contains("acquire the JMH lock")) {
      return;
    }
    Throwable cause = thrown.getCause();
    throw new UsageException(
        "JMH's lock "
            + System.getProperty("java.io.tmpdir")
            + "/jmh.lock "
            + (cause == null ? "is held by another JMH run" : "cannot be opened (" + cause + ")")
            + ": wait until no other run measures, or, where the other measures another GPU, start"
            + " java with -Djmh.ignoreLock=true, or with a -Djava.io.tmpdir=DIR of its own."
            + more,
        thrown);
  }
}
