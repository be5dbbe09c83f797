package org.joulemark.harness.platform;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * What a GPU's maker states of it. Dense rates; FP16, BF16 and FP8 with FP32 accumulation.
 *
 * @param name short name
 * @param match regular expression that the device's own name matches
 * @param computeCapability major.minor
 * @param tensorCoreGeneration 1 for Volta … 5 for Blackwell
 * @param multiprocessors streaming multiprocessors
 * @param boostMegahertz boost clock
 * @param memoryGigabytes memory size, 10⁹ bytes
 * @param memoryGigabytesPerSecond memory bandwidth, 10⁹ bytes a second
 * @param l2Megabytes second-level cache
 * @param boardWatts power limit of the board
 * @param teraOps 10¹² operations a second by precision; a precision that is absent has no unit of
 *     its own
 * @param source where the figures come from
 */
public record GpuSpec(
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) String match,
    @JsonProperty(required = true) String computeCapability,
    @JsonProperty(required = true) int tensorCoreGeneration,
    @JsonProperty(required = true) int multiprocessors,
    @JsonProperty(required = true) int boostMegahertz,
    @JsonProperty(required = true) int memoryGigabytes,
    @JsonProperty(required = true) int memoryGigabytesPerSecond,
    @JsonProperty(required = true) int l2Megabytes,
    @JsonProperty(required = true) int boardWatts,
    @JsonProperty(required = true) Map<String, Double> teraOps,
    @JsonProperty(required = true) String source) {

  /**
   * Stated rate in operations a second for a precision's name, NaN where the chip has no unit for
   * it.
   */
  public double peakOpsPerSecond(String precision) {
    Double tera = teraOps.get(precision);
    return tera == null ? Double.NaN : tera * 1e12;
  }
}
