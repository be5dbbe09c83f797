package org.joulemark.harness.jmh;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.openjdk.jmh.runner.options.ProfilerConfig;

/**
 * Attaches the harness's profilers to a run. JMH refuses a profiler that is named twice; here the
 * first mention counts, so naming one that is attached anyway, or twice, is harmless.
 */
public final class AttachedProfilers {
  private static final List<String> OURS =
      List.of(WorkProfiler.class.getName(), EnergyProfiler.class.getName());

  private AttachedProfilers() {}

  /**
   * The profilers of a run: those that the user named, ours among them once and with the options of
   * their first mention, and ours that the user did not name.
   */
  public static List<ProfilerConfig> with(List<ProfilerConfig> given) {
    List<ProfilerConfig> all = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ProfilerConfig profiler : given) {
      // What is named twice and not ours is JMH's own affair.
      if (!OURS.contains(profiler.getKlass()) || seen.add(profiler.getKlass())) {
        all.add(profiler);
      }
    }
    for (String ours : OURS) {
      if (seen.add(ours)) {
        all.add(new ProfilerConfig(ours, ""));
      }
    }
    return List.copyOf(all);
  }
}
