package org.joulemark.reports.recommend;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;

/** Says in one sentence what is wrong with a user's JSON file, and where. */
final class JsonComplaint {
  private JsonComplaint() {}

  static String of(Path file, String content, JsonProcessingException problem) {
    JsonLocation location = problem.getLocation();
    String reason =
        problem.getCause() instanceof IllegalArgumentException cause
            ? String.valueOf(cause.getMessage())
            : problem.getOriginalMessage();
    return file
        + (location == null ? "" : ", line " + location.getLineNr())
        + ", holds no "
        + content
        + ": "
        + reason.lines().findFirst().orElse("")
        + ".";
  }
}
