package org.joulemark.benchmarks.task;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.joulemark.kernels.engine.Work;

/** How items are carried out whose passes an engine may carry out each in its own way. */
final class PassFacts {
  // A long prompt, a short one, an ending, a token: enough to see what differs.
  private static final int MOST_VALUES = 4;

  private static final Pattern OF_WARMING_UP = Pattern.compile("\\.int8\\.share$|\\.activation\\.");

  private PassFacts() {}

  /**
   * The facts of all passes together. One that is the same in all passes that have it keeps its
   * name; else {@code NAME.passes} says how many passes have which, the most frequent first and of
   * more than four the rest as a number. So what {@code auto} came to is named only where it came
   * to one thing. What was decided and seen of activations until now, which is warming up, is left
   * out: the iterations have metrics of it.
   */
  static Map<String, String> of(Collection<? extends Work> passes) {
    Map<String, Map<String, Integer>> values = new TreeMap<>();
    for (Work pass : passes) {
      pass.facts()
          .forEach(
              (name, value) -> {
                if (!OF_WARMING_UP.matcher(name).find()) {
                  values.computeIfAbsent(name, n -> new TreeMap<>()).merge(value, 1, Integer::sum);
                }
              });
    }
    Map<String, String> together = new TreeMap<>();
    values.forEach(
        (name, counts) -> {
          if (counts.size() == 1) {
            together.put(name, counts.keySet().iterator().next());
          } else {
            together.put(name + ".passes", counted(counts, passes.size()));
          }
        });
    return together;
  }

  private static String counted(Map<String, Integer> counts, int passes) {
    String shown =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(MOST_VALUES)
            .map(entry -> entry.getKey() + " in " + entry.getValue() + " of " + passes)
            .collect(Collectors.joining(", "));
    int more = counts.size() - MOST_VALUES;
    return more > 0 ? shown + ", and " + more + " more" : shown;
  }
}
