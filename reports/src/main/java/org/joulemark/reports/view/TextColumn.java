package org.joulemark.reports.view;

import java.util.function.Function;

/**
 * A column of words.
 *
 * @param name what stands above it
 * @param cell a row's cell; empty where it has none
 */
public record TextColumn(String name, Function<ReportRow, String> cell) {}
