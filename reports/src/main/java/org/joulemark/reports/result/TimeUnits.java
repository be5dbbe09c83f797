package org.joulemark.reports.result;

import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/** JMH's units of time, any of which {@code -tu} may choose, as one. */
public final class TimeUnits {
  /** The unit of {@link #inSeconds}. */
  public static final String SECONDS_PER_OPERATION = "s/op";

  private static final String PER_OPERATION = "/op";
  private static final String OPERATIONS_PER = "ops/";

  private static final Map<String, Double> SECONDS =
      Map.of(
          "ns", 1e-9, "us", 1e-6, "ms", 1e-3, "s", 1.0, "min", 60.0, "hr", 3600.0, "day", 86400.0);

  private TimeUnits() {}

  /** Whether {@code unit} is a time for each operation; a rate is none. */
  public static boolean isTime(String unit) {
    return unit.endsWith(PER_OPERATION) && SECONDS.containsKey(withoutOperation(unit));
  }

  /** The same in seconds per operation, {@link MetricValue#NONE} if it is no time. */
  public static MetricValue inSeconds(MetricValue value) {
    if (!isTime(value.unit())) {
      return MetricValue.NONE;
    }
    double seconds = seconds(withoutOperation(value.unit()));
    return new MetricValue(
        value.value() * seconds,
        value.error() * seconds,
        SECONDS_PER_OPERATION,
        value.samples().times(seconds));
  }

  /**
   * What makes seconds per operation of a figure in {@code unit}: a rate is turned round.
   *
   * @return empty if the unit is no time and no rate
   */
  public static Optional<DoubleUnaryOperator> toSecondsPerOperation(String unit) {
    if (isTime(unit)) {
      double seconds = seconds(withoutOperation(unit));
      return Optional.of(value -> value * seconds);
    }
    String time = unit.startsWith(OPERATIONS_PER) ? unit.substring(OPERATIONS_PER.length()) : "";
    if (SECONDS.containsKey(time)) {
      double seconds = seconds(time);
      return Optional.of(value -> seconds / value);
    }
    return Optional.empty();
  }

  private static String withoutOperation(String unit) {
    return unit.substring(0, unit.length() - PER_OPERATION.length());
  }

  private static double seconds(String time) {
    return SECONDS.getOrDefault(time, Double.NaN);
  }
}
