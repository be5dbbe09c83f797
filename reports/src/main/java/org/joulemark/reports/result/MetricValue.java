package org.joulemark.reports.result;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import org.jspecify.annotations.Nullable;

/**
 * One number of a result.
 *
 * @param value mean over all iterations of all forks; NaN where it could not be determined
 * @param error half width of JMH's 99.9 % confidence interval, NaN where there are too few samples
 * @param unit as JMH wrote it
 * @param samples the values behind it
 */
public record MetricValue(double value, double error, String unit, Samples samples) {
  /** No value. */
  public static final MetricValue NONE = new MetricValue(Double.NaN, Double.NaN, "", Samples.NONE);

  /** From JMH's JSON; what it leaves out is unknown. */
  @JsonCreator
  static MetricValue fromJmh(
      @JsonProperty(value = "score", required = true) @JsonDeserialize(using = JmhNumber.class)
          @Nullable Double score,
      @JsonProperty("scoreError") @JsonDeserialize(using = JmhNumber.class)
          @Nullable Double scoreError,
      @JsonProperty("scoreUnit") @Nullable String scoreUnit,
      @JsonProperty("rawData") @Nullable Samples rawData) {
    return new MetricValue(
        score == null ? Double.NaN : score,
        scoreError == null ? Double.NaN : scoreError,
        scoreUnit == null ? "" : scoreUnit,
        rawData == null ? Samples.NONE : rawData);
  }
}
