package org.joulemark.benchmarks.task;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.joulemark.kernels.engine.Work;

/** How items are carried out whose passes an engine may carry out each in its own way. */
final class PassFacts {
  private static final String ATTENTION = "attention";

  private PassFacts() {}

  /**
   * The facts of all passes together. Attention is named if it is the same in all of them; else
   * {@code attention.passes} says which one how many of them have.
   *
   * @param facts what holds for every pass, but for attention
   */
  static Map<String, String> of(Map<String, String> facts, Collection<? extends Work> passes) {
    Map<String, Integer> attentions = new TreeMap<>();
    for (Work pass : passes) {
      String attention = pass.facts().get(ATTENTION);
      if (attention != null) {
        attentions.merge(attention, 1, Integer::sum);
      }
    }
    Map<String, String> together = new LinkedHashMap<>(facts);
    if (attentions.size() == 1) {
      together.put(ATTENTION, attentions.keySet().iterator().next());
    } else if (attentions.size() > 1) {
      // What one pass chose, and how long each took there, is not the items'.
      together.keySet().removeIf(key -> key.equals(ATTENTION) || key.startsWith(ATTENTION + "."));
      together.put(
          ATTENTION + ".passes",
          attentions.entrySet().stream()
              .map(entry -> entry.getKey() + " in " + entry.getValue() + " of " + passes.size())
              .collect(Collectors.joining(", ")));
    }
    return together;
  }
}
