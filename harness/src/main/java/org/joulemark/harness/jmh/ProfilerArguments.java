package org.joulemark.harness.jmh;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Attaches the harness's profilers to a JMH command line. JMH refuses a profiler that is named
 * twice; here the first mention counts, so naming one that is attached anyway, or twice, is
 * harmless.
 */
public final class ProfilerArguments {
  private static final List<String> ATTACHED =
      List.of(EnergyProfiler.class.getName(), WorkProfiler.class.getName());

  private ProfilerArguments() {}

  /**
   * The command line with both profilers attached, with the user's options where the user named
   * one; JMH's own profilers and every other argument stay as they are.
   *
   * @param arguments as JMH takes them; {@code -prof name}, {@code --prof name} and {@code
   *     -prof=name} are understood
   */
  public static List<String> attach(List<String> arguments) {
    List<String> kept = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      boolean bare = argument.equals("-prof") || argument.equals("--prof");
      if (bare && i + 1 < arguments.size()) {
        String profiler = arguments.get(++i);
        if (isNew(profiler, seen)) {
          kept.add(argument);
          kept.add(profiler);
        }
      } else if (argument.startsWith("-prof=") || argument.startsWith("--prof=")) {
        if (isNew(argument.substring(argument.indexOf('=') + 1), seen)) {
          kept.add(argument);
        }
      } else {
        kept.add(argument);
      }
    }
    for (String name : ATTACHED) {
      if (seen.add(name)) {
        kept.add("-prof");
        kept.add(name);
      }
    }
    return List.copyOf(kept);
  }

  /** Whether this is another's profiler, or the first mention of one of ours. */
  private static boolean isNew(String profiler, Set<String> seen) {
    int colon = profiler.indexOf(':');
    String name = colon < 0 ? profiler : profiler.substring(0, colon);
    return !ATTACHED.contains(name) || seen.add(name);
  }
}
