package org.joulemark.reports.result;

import java.io.IOException;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader stands in a JSON text: at one value, which it passes with one of these methods,
 * and never goes back. What a method does not find, it answers with an exception; the cursor is of
 * no use then.
 */
interface JsonCursor {

  /** Passes a null; false, and nothing is passed, if the value is another. */
  boolean passNull() throws IOException;

  /**
   * Enters an object; {@link #next} leads through it.
   *
   * @param what the value is, for the complaint
   * @throws IOException if the value is no object
   */
  void enterObject(String what) throws IOException;

  /**
   * Goes on to the value of the object's next name.
   *
   * @param path the names so far
   * @return the path that is longer by that name; null, and the object is passed, at its end
   */
  @Nullable NamePath next(NamePath path) throws IOException;

  /**
   * Enters an array; {@link #hasNext} leads through it.
   *
   * @param complaint the message of the exception if the value is no array
   */
  void enterArray(String complaint) throws IOException;

  /** Goes on to the array's next value; false, and the array is passed, at its end. */
  boolean hasNext() throws IOException;

  /** Passes a number as JMH writes it: NaN and the infinities are strings. */
  double number() throws IOException;

  /** The number that JMH writes as this string; empty if it is no number's name. */
  static OptionalDouble named(String name) {
    return switch (name) {
      case "NaN" -> OptionalDouble.of(Double.NaN);
      case "+INF" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
      case "-INF" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
      default -> OptionalDouble.empty();
    };
  }

  /**
   * Passes a string, or another value that is no object, array or null, and gives its text.
   *
   * @param what the value is, for the complaint
   * @throws IllegalArgumentException if it is null
   */
  String word(String what) throws IOException;

  /** Passes a string that hardly ever comes twice; empty if the value is another. */
  String rareWord() throws IOException;

  /** Passes a value that nobody reads, which is valid JSON. */
  void skip() throws IOException;

  /** An exception, to be thrown, that has the place in it. */
  IOException mismatch(String complaint);
}
