package org.joulemark.benchmarks.run;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Which of JMH's options would make figures that are wrong: operations are queued to one device by
 * one thread, and what they took is known of many of them together.
 */
public final class JmhRules {
  /** Modes that count the operations of an iteration; the others time each by itself. */
  private static final Set<Mode> COUNTING = Set.of(Mode.AverageTime, Mode.Throughput);

  // JMH's own number for "max".
  private static final int MAXIMUM = -1;

  private JmhRules() {}

  /**
   * Checks JMH's part of the command line.
   *
   * @throws UsageException with one sentence that says what to do instead
   */
  public static void check(CommandLineOptions jmh) {
    requireCountingMode(jmh);
    requireOneThread(jmh);
    requireOperationsAsTheyAre(jmh);
  }

  private static void requireCountingMode(CommandLineOptions jmh) {
    Set<String> refused = new TreeSet<>();
    for (Mode mode : jmh.getBenchModes()) {
      if (!COUNTING.contains(mode)) {
        refused.add(mode.shortLabel());
      }
    }
    if (!refused.isEmpty()) {
      throw new UsageException(
          "-bm "
              + String.join(",", refused)
              + " is not possible: an operation is only queued when its call returns, so none can be"
              + " timed by itself; use avgt (the default) or thrpt.");
    }
  }

  /** One device, one queue: a second thread would measure the contention of two. */
  private static void requireOneThread(CommandLineOptions jmh) {
    if (jmh.getThreads().hasValue() && jmh.getThreads().get() != 1) {
      int threads = jmh.getThreads().get();
      throw moreThreads("-t " + (threads == MAXIMUM ? "max" : threads));
    }
    if (jmh.getThreadGroups().hasValue() && Arrays.stream(jmh.getThreadGroups().get()).sum() != 1) {
      // JMH rounds the threads up to the sum of the groups.
      throw moreThreads(
          "-tg "
              + Arrays.stream(jmh.getThreadGroups().get())
                  .mapToObj(Integer::toString)
                  .collect(Collectors.joining(",")));
    }
  }

  private static UsageException moreThreads(String option) {
    return new UsageException(
        option
            + " is not possible: one JMH thread drives the device; use -p threads=N for the threads"
            + " of the CPU engine.");
  }

  /** JMH would divide or multiply its time by these, and nothing else would follow. */
  private static void requireOperationsAsTheyAre(CommandLineOptions jmh) {
    requireOne("-opi", jmh.getOperationsPerInvocation().orElse(1));
    requireOne("-bs", jmh.getMeasurementBatchSize().orElse(1));
  }

  private static void requireOne(String option, int operations) {
    if (operations != 1) {
      throw new UsageException(
          option
              + " "
              + operations
              + " is not possible: time and energy are both of the operation that the benchmark"
              + " defines; its parameters, such as -p batch=N, say how large that is.");
    }
  }
}
