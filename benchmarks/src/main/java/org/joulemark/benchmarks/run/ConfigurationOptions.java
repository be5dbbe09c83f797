package org.joulemark.benchmarks.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.joulemark.harness.jmh.AttachedProfilers;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.ProfilerConfig;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Optional;

/**
 * JMH's options for one configuration: the user's own, with the benchmark and its parameters fixed,
 * the preset's timing where the user gave none, our profilers attached, and the result file left to
 * {@link ResultFiles}.
 */
final class ConfigurationOptions extends OptionsBuilder {
  // JMH sends its options to the forks, so everything here is serializable.
  private static final long serialVersionUID = 1L;

  private final String benchmark;
  private final ProfilerConfig[] profilers;

  ConfigurationOptions(
      CommandLineOptions cli, Configuration configuration, Collection<String> jvmArguments) {
    this.benchmark = configuration.benchmark();
    this.profilers = AttachedProfilers.with(cli.getProfilers()).toArray(ProfilerConfig[]::new);
    parent(cli);
    configuration.params().forEach(this::param);
    fillTiming(cli, configuration.timing());
    List<String> prepended = new ArrayList<>(jvmArguments);
    if (cli.getJvmArgsPrepend().hasValue()) {
      prepended.addAll(cli.getJvmArgsPrepend().get());
    }
    jvmArgsPrepend(prepended.toArray(String[]::new));
    // A failure then reaches us as the exception that caused it; whether the run goes on is the
    // suite's decision.
    shouldFailOnError(true);
  }

  private void fillTiming(CommandLineOptions cli, Preset.Timing timing) {
    if (!cli.getForkCount().hasValue()) {
      forks(timing.forks());
    }
    if (!cli.getWarmupIterations().hasValue()) {
      warmupIterations(timing.warmupIterations());
    }
    if (!cli.getWarmupTime().hasValue()) {
      warmupTime(TimeValue.milliseconds(timing.warmupMillis()));
    }
    if (!cli.getMeasurementIterations().hasValue()) {
      measurementIterations(timing.measurementIterations());
    }
    if (!cli.getMeasurementTime().hasValue()) {
      measurementTime(TimeValue.milliseconds(timing.measurementMillis()));
    }
  }

  @Override
  public List<String> getIncludes() {
    return List.of("^" + Pattern.quote(benchmark) + "$");
  }

  @Override
  public List<String> getExcludes() {
    return List.of();
  }

  @Override
  public List<ProfilerConfig> getProfilers() {
    return List.of(profilers);
  }

  @Override
  public Optional<String> getResult() {
    return Optional.none();
  }

  @Override
  public Optional<ResultFormatType> getResultFormat() {
    return Optional.none();
  }

  @Override
  public Optional<String> getOutput() {
    return Optional.none();
  }

  /**
   * Seconds that this configuration's iterations are meant to take, start-up and verification not
   * counted.
   */
  double plannedSeconds() {
    double warmup =
        getWarmupIterations().get()
            * (double) getWarmupTime().get().convertTo(java.util.concurrent.TimeUnit.MICROSECONDS);
    double measurement =
        getMeasurementIterations().get()
            * (double)
                getMeasurementTime().get().convertTo(java.util.concurrent.TimeUnit.MICROSECONDS);
    return Math.max(1, getForkCount().get()) * (warmup + measurement) / 1e6;
  }
}
