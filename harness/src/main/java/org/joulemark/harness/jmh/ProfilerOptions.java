package org.joulemark.harness.jmh;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.joulemark.harness.energy.modelled.PowerModel;
import org.joulemark.harness.energy.rapl.RaplMeter;
import org.joulemark.harness.energy.source.Method;
import org.joulemark.harness.energy.source.SourceSettings;
import org.openjdk.jmh.profile.ProfilerException;

/** The energy profiler's options: {@code name=value} pairs separated by semicolons. */
record ProfilerOptions(SourceSettings source) {

  private static final Map<String, String> HELP = help();

  private static Map<String, String> help() {
    Map<String, String> help = new LinkedHashMap<>();
    help.put("method", "how energy is found: " + Method.names() + " (default auto)");
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
    return new ProfilerOptions(
        new SourceSettings(
            Method.parse(given.getOrDefault("method", Method.AUTO.id())),
            model,
            powercap == null ? RaplMeter.DEFAULT_ROOT : Path.of(powercap)));
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
