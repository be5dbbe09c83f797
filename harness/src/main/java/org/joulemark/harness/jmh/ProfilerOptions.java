package org.joulemark.harness.jmh;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.energy.modelled.PowerModel;
import org.joulemark.harness.energy.rapl.RaplMeter;
import org.joulemark.harness.energy.source.Method;
import org.joulemark.harness.energy.source.SourceSettings;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.ProfilerException;

/**
 * The energy profiler's options: {@code name=value} pairs separated by semicolons.
 *
 * @param source which energy source, and how it is read
 * @param target largest standard uncertainty of the energy, as a fraction; NaN for none
 * @param capSeconds how long an iteration may be lengthened for the target
 * @param settleSeconds how long warm-up may be lengthened until the temperature is level; 0 for no
 *     waiting
 */
record ProfilerOptions(
    SourceSettings source, double target, double capSeconds, double settleSeconds) {

  /** No batch that lengthens a window begins later than this, unless asked otherwise. */
  private static final double DEFAULT_CAP_SECONDS = 30;

  private static final Map<String, String> HELP = help();

  private static Map<String, String> help() {
    Map<String, String> help = new LinkedHashMap<>();
    help.put("method", "how energy is found: " + Method.names() + " (default auto)");
    help.put(
        "hz", "readings per second: power for integration (default 20), telemetry (default 5)");
    help.put("devices", "GPUs to measure: UUIDs, NVML indices or all (default: the benchmark's)");
    help.put("idle", "gross, or net of an idle baseline measured before (default gross)");
    help.put(
        "target", "repeatability to reach by lengthening iterations, such as 1% (default none)");
    help.put("cap", "seconds that an iteration may be lengthened for the target (default 30)");
    help.put("settle", "seconds to wait at most in warm-up for a level temperature (default 0)");
    help.put("trace", "CSV file for power, clocks, temperature, utilization, throttle reasons");
    help.put("nvml", "file of the NVML library (default: the driver's own)");
    help.put(
        "cpu-idle-watts",
        "power model: watts of an idle logical processor (default "
            + PowerModel.DEFAULT_IDLE_WATTS
            + ")");
    help.put(
        "cpu-busy-watts",
        "power model: watts of a busy logical processor (default "
            + PowerModel.DEFAULT_BUSY_WATTS
            + ")");
    help.put("powercap", "folder of the RAPL counters (default " + RaplMeter.DEFAULT_ROOT + ")");
    return help;
  }

  /** What holds without options. */
  static ProfilerOptions defaults() {
    return new ProfilerOptions(SourceSettings.defaults(), Double.NaN, DEFAULT_CAP_SECONDS, 0);
  }

  /**
   * Parses the text behind the profiler's name on the command line.
   *
   * @throws ProfilerException with the list of options if the text is {@code help}, or with one
   *     sentence and that list if something in it is not valid
   */
  static ProfilerOptions parse(String text) throws ProfilerException {
    if (text.strip().equals("help")) {
      throw new ProfilerException(describe());
    }
    Map<String, String> given = new LinkedHashMap<>();
    for (String pair : text.split(";", -1)) {
      if (pair.isBlank()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair.strip() : pair.substring(0, equals).strip();
      if (equals < 0 || !HELP.containsKey(name)) {
        throw new ProfilerException(
            "EnergyProfiler has no option \"" + pair.strip() + "\".\n" + describe());
      }
      given.put(name, pair.substring(equals + 1).strip());
    }
    try {
      return of(given);
    } catch (IllegalArgumentException e) {
      throw new ProfilerException(e.getMessage() + "\n" + describe());
    }
  }

  private static ProfilerOptions of(Map<String, String> given) {
    PowerModel model =
        new PowerModel(
            Runtime.getRuntime().availableProcessors(),
            number(given, "cpu-idle-watts", PowerModel.DEFAULT_IDLE_WATTS),
            number(given, "cpu-busy-watts", PowerModel.DEFAULT_BUSY_WATTS));
    String powercap = given.get("powercap");
    String trace = given.get("trace");
    String devices = given.getOrDefault("devices", "");
    SourceSettings source =
        new SourceSettings(
            Method.parse(given.getOrDefault("method", Method.AUTO.id())),
            number(given, "hz", Double.NaN),
            devices.isEmpty() ? List.of() : List.of(devices.split(",", -1)),
            netOfIdle(given.getOrDefault("idle", "gross")),
            trace == null ? null : Path.of(trace),
            given.get("nvml"),
            model,
            powercap == null ? RaplMeter.DEFAULT_ROOT : Path.of(powercap));
    return new ProfilerOptions(
        source,
        target(given.get("target")),
        seconds(given, "cap", DEFAULT_CAP_SECONDS),
        seconds(given, "settle", 0));
  }

  private static boolean netOfIdle(String text) {
    return switch (text) {
      case "gross" -> false;
      case "net" -> true;
      default -> throw new IllegalArgumentException("idle=" + text + "; choose gross or net.");
    };
  }

  private static double target(@Nullable String text) {
    if (text == null) {
      return Double.NaN;
    }
    boolean percent = text.endsWith("%");
    String number = percent ? text.substring(0, text.length() - 1) : text;
    double target = number(Map.of("target", number), "target", 0) / (percent ? 100 : 1);
    if (!(target > 0 && target < 1)) {
      throw new IllegalArgumentException(
          "target=" + text + " must lie between 0 and 100 %, such as target=1% or target=0.01.");
    }
    return target;
  }

  private static double seconds(Map<String, String> given, String name, double otherwise) {
    double seconds = number(given, name, otherwise);
    if (!(seconds >= 0) || Double.isInfinite(seconds)) {
      throw new IllegalArgumentException(name + "=" + seconds + " must be seconds from 0 on.");
    }
    return seconds;
  }

  private static double number(Map<String, String> given, String name, double otherwise) {
    String text = given.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + "=" + text + " is not a number.", e);
    }
  }

  private static String describe() {
    StringBuilder text =
        new StringBuilder("Options of the energy profiler, name=value separated by semicolons:\n");
    HELP.forEach((name, what) -> text.append(String.format("  %-16s %s%n", name, what)));
    return text.toString();
  }
}
