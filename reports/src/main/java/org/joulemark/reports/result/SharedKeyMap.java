package org.joulemark.reports.result;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map that has its own values and shares its keys: the rows of a campaign have the
 * same hundred names, and a hash table in each row would be most of what a report needs in memory.
 * Maps with the same {@link Keys} return the same object from {@link #keySet()}.
 */
final class SharedKeyMap<V> extends AbstractMap<String, V> {
  private final Keys keys;
  private final V[] values;

  /** Keeps {@code values}, which are in the keys' order, without copying them. */
  SharedKeyMap(Keys keys, V[] values) {
    this.keys = keys;
    this.values = values;
  }

  @Override
  public int size() {
    return values.length;
  }

  @Override
  public boolean containsKey(Object name) {
    return keys.place(name) >= 0;
  }

  @Override
  public @Nullable V get(Object name) {
    int place = keys.place(name);
    return place < 0 ? null : values[place];
  }

  @Override
  public V getOrDefault(Object name, V otherwise) {
    int place = keys.place(name);
    return place < 0 ? otherwise : values[place];
  }

  @Override
  public Set<String> keySet() {
    return keys.names();
  }

  /** In the keys' order. */
  @Override
  public Collection<V> values() {
    return Collections.unmodifiableList(Arrays.asList(values));
  }

  @Override
  public Set<Map.Entry<String, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return values.length;
      }

      @Override
      public Iterator<Map.Entry<String, V>> iterator() {
        return new Entries<>(keys.names().iterator(), values);
      }
    };
  }

  private static final class Entries<V> implements Iterator<Map.Entry<String, V>> {
    private final Iterator<String> names;
    private final V[] values;
    private int next;

    Entries(Iterator<String> names, V[] values) {
      this.names = names;
      this.values = values;
    }

    @Override
    public boolean hasNext() {
      return next < values.length;
    }

    @Override
    public Map.Entry<String, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return Map.entry(names.next(), values[next++]);
    }
  }
}
