package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of an object up to where its reader stands. Objects of one kind have the same names in
 * the same order nearly always, so a path expects the name that followed it the last time: the
 * parser compares that with its bytes, which costs a fraction of decoding a name and looking it up.
 * Whoever walks to an object's end has its {@link Keys} without gathering the names. Not
 * thread-safe.
 */
final class NamePath {
  private final @Nullable NamePath before;
  private final SerializedString name;
  private final byte[] quoted;
  private final Map<String, NamePath> following = new HashMap<>(2);
  private @Nullable NamePath expected;
  private @Nullable Keys keys;

  private NamePath(@Nullable NamePath before, String name) {
    this.before = before;
    this.name = new SerializedString(name);
    this.quoted = ('"' + name + '"').getBytes(StandardCharsets.UTF_8);
  }

  /** The beginning of one kind of object. */
  static NamePath start() {
    return new NamePath(null, "");
  }

  /** The last name, empty at the beginning. */
  String name() {
    return name.getValue();
  }

  /**
   * The last name between quotation marks, in UTF-8, as it stands in JSON unless there is something
   * to escape in it.
   */
  byte[] quotedName() {
    return quoted;
  }

  /** The path that followed the last time, null the first time. */
  @Nullable NamePath expected() {
    return expected;
  }

  /** The path that is longer by {@code next}, which is expected from then on. */
  NamePath followedBy(String next) {
    NamePath other = following.computeIfAbsent(next, found -> new NamePath(this, found));
    expected = other;
    return other;
  }

  /**
   * The path that is longer by the object's next name, null at the object's end.
   *
   * @param parser stands at the object's beginning, or at the end of the value of {@link #name()}
   * @throws IOException if something else comes next
   */
  @Nullable NamePath next(JsonParser parser) throws IOException {
    NamePath usual = expected;
    if (usual != null && parser.nextFieldName(usual.name)) {
      return usual;
    }
    if (usual == null) {
      parser.nextToken();
    }
    if (!parser.hasToken(JsonToken.FIELD_NAME)) {
      return null;
    }
    return followedBy(parser.currentName());
  }

  /**
   * All names of this path; the same object each time.
   *
   * @throws IllegalArgumentException if a name stands twice
   */
  Keys keys() {
    Keys known = keys;
    if (known == null) {
      known = new Keys(names());
      keys = known;
    }
    return known;
  }

  private List<String> names() {
    Deque<String> names = new ArrayDeque<>();
    for (NamePath at = this; at.before != null; at = at.before) {
      names.addFirst(at.name());
    }
    return new ArrayList<>(names);
  }
}
