package org.joulemark.benchmarks.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import org.joulemark.benchmarks.task.TaskBenchmark;
import org.joulemark.benchmarks.work.ScaleFinder;
import org.joulemark.benchmarks.work.Weights;
import org.joulemark.kernels.engine.EngineProvider;
import org.joulemark.kernels.engine.GemmOptions;
import org.joulemark.kernels.engine.LayerOptions;
import org.joulemark.kernels.quant.Strategy;
import org.joulemark.kernels.quant.strategy.Strategies;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Turns the command line and a preset into the list of configurations to run. What the user names
 * wins; the preset fills the rest; a benchmark that the preset does not know runs with its own
 * defaults. Where the user names parameters but no benchmark, those that have all of them run.
 */
public final class RunPlanner {
  private static final String MODEL = "model";
  private static final String CHECKPOINT = "checkpoint";
  private static final String INPUTS = "inputs";
  private static final String STRATEGY = "strategy";
  private static final String CALIBRATION = "calibration";
  private static final String ITEMS = "items";
  // A benchmark with this parameter carries out layers; the others multiply matrices.
  private static final String ATTENTION = "attention";

  private final CommandLineOptions cli;
  private final Map<String, Collection<String>> given;
  private final ParameterRules rules;

  /**
   * For one command line.
   *
   * @param cli as JMH parsed it
   * @param given the values of each parameter that the user gave with {@code -p}
   * @param rules what each parameter accepts
   */
  public RunPlanner(
      CommandLineOptions cli, Map<String, Collection<String>> given, ParameterRules rules) {
    this.cli = cli;
    this.given = Map.copyOf(given);
    this.rules = rules;
  }

  /**
   * The configurations for one engine, each once, in the order in which they run.
   *
   * @param plan the preset's plan for the engine
   * @param provider the engine
   * @param out where JMH writes while it searches
   * @throws UsageException with one sentence if nothing matches, or a parameter or its value is not
   *     known
   */
  public List<Configuration> plan(Preset.Plan plan, EngineProvider provider, OutputFormat out) {
    SortedSet<BenchmarkListEntry> entries = find(out);
    Map<String, Map<String, List<String>>> benchmarks = defaults(entries);
    checkParameters(benchmarks);
    requireOneSourceOfTheModel();
    Set<Configuration> configurations = new LinkedHashSet<>();
    benchmarks.forEach(
        (benchmark, defaults) -> {
          if (cli.getIncludes().isEmpty() && !defaults.keySet().containsAll(given.keySet())) {
            return;
          }
          boolean swept = false;
          for (Preset.Sweep sweep : plan.sweeps()) {
            if (benchmark.endsWith("." + sweep.benchmark())
                && !given.containsKey(sweep.subject())) {
              swept = true;
              expand(configurations, benchmark, defaults, sweep.params(), plan, provider);
            }
          }
          boolean asked = !cli.getIncludes().isEmpty() || inPlan(plan, benchmark);
          if (!swept && asked) {
            expand(configurations, benchmark, defaults, Map.of(), plan, provider);
          }
        });
    return List.copyOf(configurations);
  }

  private static boolean inPlan(Preset.Plan plan, String benchmark) {
    return plan.sweeps().stream().anyMatch(sweep -> benchmark.endsWith("." + sweep.benchmark()));
  }

  private SortedSet<BenchmarkListEntry> find(OutputFormat out) {
    List<String> includes =
        cli.getIncludes().isEmpty() ? List.of(Defaults.INCLUDE_BENCHMARKS) : cli.getIncludes();
    try {
      SortedSet<BenchmarkListEntry> found =
          BenchmarkList.defaultList().find(out, includes, cli.getExcludes());
      if (found.isEmpty()) {
        throw new UsageException(
            "No benchmark matches "
                + String.join(" ", includes)
                + (cli.getExcludes().isEmpty()
                    ? ""
                    : " without " + String.join(" ", cli.getExcludes()))
                + "; -l lists them all.");
      }
      return found;
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "'" + e.getPattern() + "' is no regular expression: " + e.getDescription() + ".", e);
    }
  }

  private static Map<String, Map<String, List<String>>> defaults(
      SortedSet<BenchmarkListEntry> entries) {
    Map<String, Map<String, List<String>>> benchmarks = new TreeMap<>();
    for (BenchmarkListEntry entry : entries) {
      Map<String, List<String>> values = new TreeMap<>();
      if (entry.getParams().hasValue()) {
        entry.getParams().get().forEach((name, choices) -> values.put(name, List.of(choices)));
      }
      benchmarks.put(entry.getUsername(), values);
    }
    return benchmarks;
  }

  private void checkParameters(Map<String, Map<String, List<String>>> benchmarks) {
    Set<String> known = new TreeSet<>();
    benchmarks.values().forEach(params -> known.addAll(params.keySet()));
    for (String name : given.keySet()) {
      if (!known.contains(name)) {
        throw new UsageException(
            "-p "
                + name
                + "=… is no parameter of these benchmarks; choose from "
                + String.join(", ", known)
                + ".");
      }
    }
    given.forEach((name, values) -> values.forEach(value -> rules.check(name, value)));
  }

  private void requireOneSourceOfTheModel() {
    if (given.containsKey(MODEL)
        && given.getOrDefault(CHECKPOINT, List.of()).stream()
            .anyMatch(folder -> !folder.equals(Weights.NO_CHECKPOINT))) {
      throw new UsageException(
          "Give the model once: -p model=… with seeded weights, or -p checkpoint=… with its own.");
    }
  }

  private void expand(
      Set<Configuration> into,
      String benchmark,
      Map<String, List<String>> defaults,
      Map<String, List<String>> sweep,
      Preset.Plan plan,
      EngineProvider provider) {
    List<Map<String, String>> combinations = new ArrayList<>();
    combinations.add(Map.of());
    for (Map.Entry<String, List<String>> parameter : defaults.entrySet()) {
      String name = parameter.getKey();
      Collection<String> values =
          name.equals("engine")
              ? List.of(provider.name())
              : given.getOrDefault(name, sweep.getOrDefault(name, parameter.getValue()));
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> combination : combinations) {
        for (String value : values) {
          Map<String, String> extended = new LinkedHashMap<>(combination);
          extended.put(name, value);
          longer.add(extended);
        }
      }
      combinations = longer;
    }
    for (Map<String, String> params : combinations) {
      into.add(new Configuration(benchmark, resolve(params, provider), plan.timing()));
    }
  }

  /**
   * Replaces {@code auto} by what it stands for on this engine, the model by that of the checkpoint
   * where there is one, and a strategy by its canonical id, so that the results name what ran.
   */
  private static Map<String, String> resolve(Map<String, String> params, EngineProvider provider) {
    Map<String, String> meanings =
        params.containsKey(ATTENTION) ? layerMeanings(provider) : gemmMeanings(params, provider);
    Map<String, String> resolved = new LinkedHashMap<>(params);
    if (params.getOrDefault(ITEMS, "").equals("auto")) {
      resolved.put(ITEMS, TaskBenchmark.defaultItems(params.getOrDefault("depth", "")));
    }
    resolved.replaceAll(
        (name, value) -> value.equals("auto") ? meanings.getOrDefault(name, value) : value);
    String checkpoint = params.getOrDefault(CHECKPOINT, Weights.NO_CHECKPOINT);
    if (!checkpoint.equals(Weights.NO_CHECKPOINT)) {
      resolved.replace(MODEL, Weights.modelOf(checkpoint));
    }
    resolved.computeIfPresent(INPUTS, (name, value) -> inputs(value, checkpoint));
    if (params.containsKey(STRATEGY)) {
      Strategy strategy = Strategies.parse(params.get(STRATEGY));
      resolved.replace(STRATEGY, strategy.id());
      if (!strategy.linear().needsCalibration()) {
        resolved.replace(CALIBRATION, ScaleFinder.NONE);
      }
    }
    return resolved;
  }

  private static String inputs(String value, String checkpoint) {
    try {
      return Weights.inputs(value, checkpoint);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Map<String, String> gemmMeanings(
      Map<String, String> params, EngineProvider provider) {
    GemmOptions defaults = provider.gemmDefaults(params.getOrDefault("library", "auto"));
    return Map.of(
        "library", defaults.library(),
        "algo", defaults.algorithm(),
        "cache", defaults.cache(),
        "launch", defaults.launch());
  }

  private static Map<String, String> layerMeanings(EngineProvider provider) {
    LayerOptions defaults = provider.layerDefaults();
    return Map.of(
        "library",
        defaults.library(),
        "algo",
        defaults.algorithm(),
        ATTENTION,
        defaults.attention(),
        "launch",
        defaults.launch());
  }
}
