package org.joulemark.kernels.layer;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a pass does with its tokens. */
public enum Phase {
  /** Reads whole prompts from the start. */
  PREFILL,
  /** Reads one token of each sequence after a context that is in the KV cache. */
  DECODE;

  /** The name used in parameters: lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The phase of that name.
   *
   * @throws IllegalArgumentException naming the valid ones
   */
  public static Phase parse(String id) {
    for (Phase phase : values()) {
      if (phase.id().equals(id)) {
        return phase;
      }
    }
    throw new IllegalArgumentException(
        "phase="
            + id
            + " is not known; choose from "
            + Arrays.stream(values()).map(Phase::id).collect(Collectors.joining(", "))
            + ".");
  }
}
