package org.joulemark.reports.result;

/**
 * A row and where it stands.
 *
 * @param row the row
 * @param place line of the journal, or number of the result in JMH's file, from 1
 */
public record LocatedRow(ResultRow row, int place) {}
