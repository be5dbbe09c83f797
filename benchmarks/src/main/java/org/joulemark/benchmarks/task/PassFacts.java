package org.joulemark.benchmarks.task;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.joulemark.kernels.engine.Work;

/** How the passes of an item are carried out, which may differ from pass to pass. */
final class PassFacts {
  // A long prompt, a short one, an ending, a token: enough to see that they differ.
  private static final int MOST_VALUES = 4;

  private PassFacts() {}

  /**
   * Every fact of any of the works; where they differ, their values in the order of the works,
   * separated by semicolons, of more than four values the first ones and how many others there are.
   */
  static Map<String, String> of(Collection<? extends Work> works) {
    Map<String, Set<String>> values = new TreeMap<>();
    for (Work work : works) {
      work.facts()
          .forEach(
              (key, value) -> values.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(value));
    }
    Map<String, String> facts = new TreeMap<>();
    values.forEach((key, distinct) -> facts.put(key, joined(distinct)));
    return facts;
  }

  private static String joined(Set<String> values) {
    String shown = values.stream().limit(MOST_VALUES).collect(Collectors.joining("; "));
    int more = values.size() - MOST_VALUES;
    return more > 0 ? shown + "; " + more + " more" : shown;
  }
}
