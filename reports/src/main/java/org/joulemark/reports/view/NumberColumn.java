package org.joulemark.reports.view;

import java.util.function.Function;
import org.joulemark.reports.result.MetricValue;

/**
 * A column of numbers in one unit.
 *
 * @param name of the metric
 * @param unit of every number in it
 * @param cell a row's number, {@link MetricValue#NONE} where it has none
 */
public record NumberColumn(String name, String unit, Function<ReportRow, MetricValue> cell) {}
