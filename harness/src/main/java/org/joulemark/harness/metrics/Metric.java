package org.joulemark.harness.metrics;

/**
 * One number with its name and unit.
 *
 * @param name dotted lower case, such as {@code device.time}
 * @param value NaN where it is not available
 * @param unit such as {@code s/op}
 */
public record Metric(String name, double value, String unit) {}
