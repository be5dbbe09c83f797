package org.joulemark.reports.recommend;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What somebody needs.
 *
 * @param id name on the command line
 * @param title name for people
 * @param constraints limits that candidates must keep
 * @param study what the study recommends for it, the first choice first; may be empty
 */
public record UseCase(
    @JsonProperty(value = "id", required = true) String id,
    @JsonProperty(value = "title", required = true) String title,
    @JsonProperty(value = "constraints", required = true) List<Constraint> constraints,
    @JsonProperty("study") List<StudyChoice> study) {

  /** Copies the lists. */
  public UseCase {
    constraints = List.copyOf(constraints);
    study = study == null ? List.of() : List.copyOf(study);
  }
}
