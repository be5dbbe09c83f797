package org.joulemark.reports.study;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A conclusion of the study, as a hypothesis about measurements.
 *
 * @param id for references
 * @param kind what it is about
 * @param sentence what it says
 * @param strategies this suite's names of what it is about, the nearest to the study's first
 * @param low the number it gives, or the lower of two: percent or a quotient, as the kind has it
 * @param high the upper of two, else the same
 */
public record Claim(
    @JsonProperty(required = true) String id,
    @JsonProperty(required = true) Kind kind,
    @JsonProperty(required = true) String sentence,
    @JsonProperty(required = true) List<String> strategies,
    @JsonProperty(required = true) double low,
    @JsonProperty(required = true) double high) {

  /** Copies. */
  public Claim {
    strategies = List.copyOf(strategies);
  }

  /** What a claim is about, which says how it is checked. */
  public enum Kind {
    /** Percent of energy that strategies save against FP32. */
    SAVING,
    /** Percent of EOR that the best strategy gains over FP32. */
    JOINT_CHOICE,
    /** GSM8K's energy over MMLU's. */
    TASK_RATIO,
    /** Percent of energy that the distilled model saves. */
    DISTILLATION,
    /** Whether Ada's EOR is above Ampere's. */
    ARCHITECTURE
  }
}
