package org.joulemark.reports.result;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What one operation of a row takes.
 *
 * <p>JMH's own figure is of the operations that end before the iteration's time is over. Of a task,
 * whose items differ in length, these are an arbitrary part of the sample, while the task's hours
 * are those of whole rounds of it, as its energy is.
 */
public final class OperationTime {
  private static final double SECONDS_PER_HOUR = 3600;

  private OperationTime() {}

  /**
   * The time of one operation over whole rounds of a task's sample; for all else, JMH's primary
   * metric in the unit of the user's choice, which is a rate in some of JMH's modes.
   */
  public static MetricValue of(ResultRow row) {
    return ofWholeRounds(row).orElse(row.primary());
  }

  /**
   * Seconds of one operation over whole rounds of a task's sample.
   *
   * @return empty if the row is no task's, or if nothing says how many operations its task has
   */
  public static Optional<MetricValue> ofWholeRounds(ResultRow row) {
    MetricValue hours = row.metric("task.time");
    OptionalDouble operations = operations(row);
    if (!Double.isFinite(hours.value()) || operations.isEmpty()) {
      return Optional.empty();
    }
    double seconds = SECONDS_PER_HOUR / operations.getAsDouble();
    return Optional.of(
        new MetricValue(
            hours.value() * seconds,
            hours.error() * seconds,
            TimeUnits.SECONDS_PER_OPERATION,
            hours.samples().times(seconds)));
  }

  /**
   * How many operations the row's task has: its energy over that of one operation, which is the
   * same number in every iteration, and so of the means where each iteration has an energy.
   */
  private static OptionalDouble operations(ResultRow row) {
    MetricValue wattHours = row.metric("task.energy");
    MetricValue joules = row.metric("energy");
    double[] ofTask = wattHours.samples().all();
    double[] ofOperation = joules.samples().all();
    return DoubleStream.concat(
            DoubleStream.of(quotient(wattHours.value(), joules.value())),
            IntStream.range(0, Math.min(ofTask.length, ofOperation.length))
                .mapToDouble(i -> quotient(ofTask[i], ofOperation[i])))
        .filter(operations -> operations > 0 && Double.isFinite(operations))
        .findFirst();
  }

  private static double quotient(double wattHours, double joules) {
    return wattHours * SECONDS_PER_HOUR / joules;
  }
}
