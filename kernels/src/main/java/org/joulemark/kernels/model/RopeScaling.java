package org.joulemark.kernels.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The stretching of rotary frequencies that Llama 3.1 introduced ({@code rope_type: llama3}): long
 * wavelengths are slowed by {@code factor}, short ones are kept, and those between are blended.
 *
 * @param factor by which long wavelengths are slowed
 * @param lowFrequencyFactor wavelengths above originalPositions / lowFrequencyFactor are long
 * @param highFrequencyFactor wavelengths below originalPositions / highFrequencyFactor are short
 * @param originalPositions positions that the model was first trained on
 */
public record RopeScaling(
    @JsonProperty(required = true) double factor,
    @JsonProperty(required = true) double lowFrequencyFactor,
    @JsonProperty(required = true) double highFrequencyFactor,
    @JsonProperty(required = true) int originalPositions) {

  /** Checks that the numbers are positive and the factors in order. */
  public RopeScaling {
    if (!(factor > 0)
        || !(lowFrequencyFactor > 0)
        || !(highFrequencyFactor > lowFrequencyFactor)
        || originalPositions <= 0) {
      throw new IllegalArgumentException(
          "rope scaling needs factor > 0, 0 < lowFrequencyFactor < highFrequencyFactor and"
              + " originalPositions > 0");
    }
  }
}
