package org.joulemark.harness.journal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How one configuration ended. */
public enum Outcome {
  /** Measured; its result is there. */
  OK,
  /** This engine on this hardware cannot do it; the reason is recorded. */
  UNSUPPORTED,
  /** It should have run and did not; the reason is recorded. */
  FAILED;

  private final String id = name().toLowerCase(Locale.ROOT);

  /** The name used in files: lower case. */
  @JsonValue
  public String id() {
    return id;
  }
}
