package org.joulemark.benchmarks.run;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * The part of the command line that is JMH's, parsed by JMH.
 *
 * @param arguments as given
 * @param options as JMH parsed them
 */
public record CommandLine(List<String> arguments, CommandLineOptions options) {

  /**
   * Parses JMH's arguments.
   *
   * @throws UsageException with JMH's own complaint in one sentence
   */
  public static CommandLine parse(List<String> arguments) {
    try {
      return new CommandLine(
          List.copyOf(arguments), new CommandLineOptions(arguments.toArray(String[]::new)));
    } catch (CommandLineOptionException | IllegalStateException e) {
      // The latter, of two lines, is of a mode that there is not.
      String complaint = String.valueOf(e.getMessage()).strip().replaceAll("\\R", "; ");
      throw new UsageException(
          complaint
              + (complaint.endsWith(".") ? "" : ".")
              + " -h lists JMH's options, --help those of Joulemark.",
          e);
    }
  }

  /**
   * The values that the user gave each parameter with {@code -p}; JMH's own parser cannot list the
   * names.
   */
  public Map<String, Collection<String>> parameters() {
    Map<String, Collection<String>> given = new TreeMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals > 0) {
        String name = argument.substring(0, equals).replaceFirst("^-p", "");
        if (options.getParameter(name).hasValue()) {
          given.put(name, options.getParameter(name).get());
        }
      }
    }
    return given;
  }
}
