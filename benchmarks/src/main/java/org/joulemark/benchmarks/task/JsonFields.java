package org.joulemark.benchmarks.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object. Every complaint names the file, the field with its path, and what it
 * should hold.
 *
 * @param file for complaints
 * @param path of the object in the file, empty for the outermost
 * @param node the object
 */
record JsonFields(String file, String path, JsonNode node) {

  IllegalArgumentException wrong(String field, String expected) {
    JsonNode value = node.path(field);
    return new IllegalArgumentException(
        file
            + ": the field "
            + at(field)
            + " must be "
            + expected
            + (value.isMissingNode() ? "; it is missing." : ", not " + value + "."));
  }

  private String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  /** Refuses fields that nobody reads: a misspelt one would otherwise be a default in silence. */
  void allowOnly(Set<String> known) {
    for (var field : node.properties()) {
      if (!known.contains(field.getKey())) {
        throw new IllegalArgumentException(
            file
                + ": the field "
                + at(field.getKey())
                + " is not known; the fields here are "
                + String.join(", ", new TreeSet<>(known))
                + ".");
      }
    }
  }

  boolean has(String field) {
    return node.hasNonNull(field);
  }

  JsonFields object(String field) {
    if (!node.path(field).isObject()) {
      throw wrong(field, "an object");
    }
    return new JsonFields(file, at(field), node.get(field));
  }

  String text(String field) {
    if (!node.path(field).isTextual() || node.get(field).asText().isBlank()) {
      throw wrong(field, "a text");
    }
    return node.get(field).asText();
  }

  String text(String field, String otherwise) {
    return has(field) ? text(field) : otherwise;
  }

  int wholeNumber(String field, int least, @Nullable Integer otherwise) {
    if (!has(field) && otherwise != null) {
      return otherwise;
    }
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least) {
      throw wrong(field, "a whole number from " + least + " on");
    }
    return value.intValue();
  }

  double positive(String field) {
    JsonNode value = node.path(field);
    if (!value.isNumber() || !(value.doubleValue() > 0)) {
      throw wrong(field, "a number above 0");
    }
    return value.doubleValue();
  }
}
