package org.joulemark.reports.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.joulemark.harness.platform.Environment;

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

  /** The differences, those that block first; a missing sidecar is one that blocks. */
  static List<Difference> between(Optional<Environment> before, Optional<Environment> after) {
    if (before.isEmpty() && after.isEmpty()) {
      return List.of(missing(NOTHING, NOTHING));
    }
    if (before.isEmpty() || after.isEmpty()) {
      return List.of(
          missing(before.isEmpty() ? NOTHING : "known", after.isEmpty() ? NOTHING : "known"));
    }
    List<Difference> differences = new ArrayList<>();
    Map<String, String> blockingA = blocking(before.get());
    Map<String, String> blockingB = blocking(after.get());
    collect(blockingA, blockingB, true, differences);
    collect(notable(before.get()), notable(after.get()), false, differences);
    differences.sort(Comparator.comparing(difference -> !difference.blocking()));
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
    String uuid = environment.engine().getOrDefault("device.uuid", NOTHING);
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
      Map<String, String> before,
      Map<String, String> after,
      boolean blocking,
      List<Difference> differences) {
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    for (String key : keys) {
      String a = before.getOrDefault(key, NOTHING);
      String b = after.getOrDefault(key, NOTHING);
      if (!a.equals(b)) {
        differences.add(new Difference(key, a, b, blocking));
      }
    }
  }
}
