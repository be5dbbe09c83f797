package org.joulemark.reports.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.result.RowEnvironment;

/**
 * What two environments must share before their results may be compared, and what is worth knowing.
 *
 * <p>The suite's commit never blocks: a change of the code is what one compares runs for. A
 * device's libraries, driver, limits and model do; on the CPU engine the processor does.
 */
public final class EnvironmentFacts {
  private static final String NOTHING = "unknown";
  private static final String CPU_ENGINE = "cpu";

  /**
   * Keys of the engine's facts that differ between two installations of the same thing, or that
   * every row's parameters say.
   */
  private static final Pattern OF_NO_CONSEQUENCE =
      Pattern.compile(".*\\.path|cache\\.folder|reason|device\\.pci|cpu\\.threads");

  /** Facts that name one specimen, not a kind. */
  private static final Pattern SPECIMEN = Pattern.compile("device\\.uuid");

  /** Of a GPU's state at the start, what stays as it is during a run. */
  private static final List<String> SETTINGS =
      List.of("mig", "power.limit.watts", "clock.sm.max.mhz");

  private EnvironmentFacts() {}

  /** Name of the device or processor that the results of {@code environment} come from. */
  static String hardware(Environment environment) {
    String device = environment.engine().getOrDefault("device.name", "");
    return device.isEmpty() ? environment.cpu().model() : device;
  }

  /** Version of the driver, empty where no device needs one. */
  static String driver(Environment environment) {
    return environment.engine().getOrDefault("driver.version", "");
  }

  /**
   * A fact of the state that the measured GPU was in at the start; a processor has none, whatever
   * GPUs are beside it.
   *
   * @param key such as {@code power.limit.watts}
   */
  public static Optional<String> gpuState(Environment environment, String key) {
    return onGpu(environment)
        ? Optional.ofNullable(environment.gpu().get(stateKey(environment) + key))
        : Optional.empty();
  }

  /**
   * The differences, those that block first; a missing sidecar is one that blocks, and so is a fact
   * that blocks and is not even the same throughout one of the sides.
   *
   * @param before where rows come from that are compared with each other, A's; at least one
   * @param after B's; at least one
   */
  static List<Difference> between(
      Set<Optional<Environment>> before, Set<Optional<Environment>> after) {
    boolean knownBefore = before.stream().allMatch(Optional::isPresent);
    boolean knownAfter = after.stream().allMatch(Optional::isPresent);
    if (!knownBefore || !knownAfter) {
      return List.of(missing(knownBefore ? "known" : NOTHING, knownAfter ? "known" : NOTHING));
    }
    List<Difference> differences = new ArrayList<>();
    collect(before, after, EnvironmentFacts::blocking, true, differences);
    collect(before, after, EnvironmentFacts::notable, false, differences);
    return differences;
  }

  private static Difference missing(String before, String after) {
    return new Difference("where it was measured (environment.json)", before, after, true);
  }

  private static Map<String, String> blocking(Environment environment) {
    Map<String, String> facts = new TreeMap<>();
    engineFacts(
        environment,
        (key, value) -> {
          if (!SPECIMEN.matcher(key).matches()) {
            facts.put(key, value);
          }
        });
    if (onGpu(environment)) {
      SETTINGS.forEach(
          setting ->
              gpuState(environment, setting)
                  .ifPresent(value -> facts.put("gpu." + setting, value)));
    } else {
      facts.put("cpu.model", environment.cpu().model());
      facts.put("cpu.logical_processors", "" + environment.cpu().logicalProcessors());
      facts.put("cpu.governor", environment.cpu().governor());
    }
    return facts;
  }

  private static Map<String, String> notable(Environment environment) {
    Map<String, String> facts = new TreeMap<>();
    engineFacts(
        environment,
        (key, value) -> {
          if (SPECIMEN.matcher(key).matches()) {
            facts.put(key, value);
          }
        });
    environment.suite().forEach((key, value) -> facts.put("suite." + key, value));
    environment.jdk().forEach((key, value) -> facts.put("jdk." + key, value));
    facts.put("operating_system", environment.operatingSystem());
    facts.put("preset", environment.preset());
    facts.put("arguments", String.join(" ", environment.arguments()));
    if (onGpu(environment)) {
      facts.put("cpu.model", environment.cpu().model());
    }
    return facts;
  }

  private static boolean onGpu(Environment environment) {
    return !CPU_ENGINE.equals(environment.engine().get("name"));
  }

  /** The prefix of the state of the GPU that was measured, among all GPUs of the machine. */
  private static String stateKey(Environment environment) {
    String uuid = environment.engine().getOrDefault(RowEnvironment.DEVICE_UUID, NOTHING);
    return environment.gpu().entrySet().stream()
        .filter(fact -> fact.getKey().endsWith(".uuid") && fact.getValue().equals(uuid))
        .map(fact -> fact.getKey().substring(0, fact.getKey().length() - "uuid".length()))
        .findFirst()
        .orElse("gpu0.");
  }

  private static void engineFacts(Environment environment, BiConsumer<String, String> use) {
    environment
        .engine()
        .forEach(
            (key, value) -> {
              if (!OF_NO_CONSEQUENCE.matcher(key).matches()) {
                use.accept(key.equals("name") ? "engine" : key, value);
              }
            });
  }

  private static void collect(
      Set<Optional<Environment>> before,
      Set<Optional<Environment>> after,
      Function<Environment, Map<String, String>> facts,
      boolean blocking,
      List<Difference> differences) {
    Map<String, Set<String>> valuesA = values(before, facts);
    Map<String, Set<String>> valuesB = values(after, facts);
    TreeSet<String> keys = new TreeSet<>(valuesA.keySet());
    keys.addAll(valuesB.keySet());
    for (String key : keys) {
      Set<String> a = valuesA.getOrDefault(key, Set.of(NOTHING));
      Set<String> b = valuesB.getOrDefault(key, Set.of(NOTHING));
      if (!a.equals(b) || (blocking && a.size() > 1)) {
        differences.add(
            new Difference(key, String.join(" and ", a), String.join(" and ", b), blocking));
      }
    }
  }

  /** Every value that a fact has there, in order. */
  private static Map<String, Set<String>> values(
      Set<Optional<Environment>> environments, Function<Environment, Map<String, String>> facts) {
    List<Map<String, String>> all =
        environments.stream().flatMap(Optional::stream).map(facts).toList();
    Map<String, Set<String>> values = new TreeMap<>();
    for (Map<String, String> one : all) {
      for (String key : one.keySet()) {
        values.computeIfAbsent(
            key,
            fact ->
                all.stream()
                    .map(each -> each.getOrDefault(fact, NOTHING))
                    .collect(Collectors.toCollection(TreeSet::new)));
      }
    }
    return values;
  }
}
