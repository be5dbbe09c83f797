package org.joulemark.reports.view;

import java.util.Map;
import org.joulemark.reports.result.MetricValue;

/** JMH's units of time per operation, any of which {@code -tu} may choose, as one. */
final class TimeUnits {
  /** The unit of {@link #inSeconds}. */
  static final String SECONDS_PER_OPERATION = "s/op";

  private static final Map<String, Double> SECONDS =
      Map.of(
          "ns/op", 1e-9, "us/op", 1e-6, "ms/op", 1e-3, "s/op", 1.0, "min/op", 60.0, "hr/op", 3600.0,
          "day/op", 86400.0);

  private TimeUnits() {}

  static boolean isTime(String unit) {
    return SECONDS.containsKey(unit);
  }

  /** The same in seconds per operation, {@link MetricValue#NONE} if it is no time. */
  static MetricValue inSeconds(MetricValue value) {
    Double seconds = SECONDS.get(value.unit());
    return seconds == null
        ? MetricValue.NONE
        : new MetricValue(
            value.value() * seconds,
            value.error() * seconds,
            SECONDS_PER_OPERATION,
            value.samples());
  }
}
