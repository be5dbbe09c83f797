package org.joulemark.reports.result;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Names in their order, which thousands of {@link SharedKeyMap}s have in common. Immutable. */
final class Keys {
  private final Map<String, Integer> places;
  private final Set<String> names;

  /**
   * The keys with these names.
   *
   * @throws IllegalArgumentException if a name stands twice
   */
  Keys(List<String> names) {
    Map<String, Integer> found = new LinkedHashMap<>(names.size() * 2);
    for (String name : names) {
      if (found.put(name, found.size()) != null) {
        throw new IllegalArgumentException("'" + name + "' stands twice in one object");
      }
    }
    this.places = found;
    this.names = Collections.unmodifiableSet(found.keySet());
  }

  /** In the order of the places; the same object each time. */
  Set<String> names() {
    return names;
  }

  /** Where the values of {@code name} stand, −1 if they do not. */
  int place(Object name) {
    Integer place = places.get(name);
    return place == null ? -1 : place;
  }
}
