package org.joulemark.harness.jmh;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link SpinBenchmark} with JMH in a real fork. */
final class ForkedRun {
  private ForkedRun() {}

  static RunResult of(String device, Path notes, Consumer<ChainedOptionsBuilder> more)
      throws RunnerException {
    List<String> arguments = new ArrayList<>();
    arguments.add("--enable-native-access=ALL-UNNAMED");
    arguments.add("-D" + ForkNotes.PROPERTY + "=" + notes);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(SpinBenchmark.class.getName())
            .param("device", device)
            .forks(1)
            .warmupIterations(1)
            .warmupTime(TimeValue.milliseconds(300))
            .measurementIterations(2)
            .measurementTime(TimeValue.milliseconds(400))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .jvmArgs(arguments.toArray(String[]::new));
    more.accept(options);
    Collection<RunResult> results = new Runner(options.build()).run();
    if (results.size() != 1) {
      throw new IllegalStateException("one result was expected, not " + results.size());
    }
    return results.iterator().next();
  }
}
