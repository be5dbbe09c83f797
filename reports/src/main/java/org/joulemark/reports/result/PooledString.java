package org.joulemark.reports.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a string of which a file has thousands of copies (units, values of parameters) as one
 * object, which halves what a big file takes in memory. The pool lives as long as its reader.
 */
final class PooledString extends StdDeserializer<String> {
  private static final long serialVersionUID = 1L;
  private static final Class<?> POOL = PooledString.class;

  PooledString() {
    super(String.class);
  }

  /** The same reader with a pool of its own; one without copies every string. */
  static ObjectReader pooling(ObjectReader reader) {
    return reader.withAttribute(POOL, new ConcurrentHashMap<String, String>());
  }

  @Override
  public @Nullable String deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    String read = StringDeserializer.instance.deserialize(parser, context);
    if (read != null && context.getAttribute(POOL) instanceof ConcurrentMap<?, ?> pool) {
      @SuppressWarnings("unchecked")
      ConcurrentMap<String, String> strings = (ConcurrentMap<String, String>) pool;
      String known = strings.putIfAbsent(read, read);
      return known == null ? read : known;
    }
    return read;
  }
}
