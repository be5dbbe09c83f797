package org.joulemark.harness.energy.source;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How energy is to be found. */
public enum Method {
  /** The best that the device offers: a GPU's counter; for a processor RAPL, else the model. */
  AUTO,
  /** RAPL counters of the processor packages and their memory. */
  RAPL,
  /** The stated power model of the processor. */
  MODELLED;

  /** The name used in options: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Every name, separated by commas. */
  public static String names() {
    return Arrays.stream(values()).map(Method::id).collect(Collectors.joining(", "));
  }

  /**
   * The method of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Method parse(String id) {
    for (Method method : values()) {
      if (method.id().equals(id)) {
        return method;
      }
    }
    throw new IllegalArgumentException(
        "method=" + id + " is not known; choose from " + names() + ".");
  }
}
