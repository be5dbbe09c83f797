package org.joulemark.reports.result;

import java.util.Map;

/**
 * One object of JMH's JSON, without what nobody here reads.
 *
 * @param benchmark full name of the benchmark method
 * @param mode JMH's short name of the mode
 * @param params values by parameter, empty where the benchmark has none
 * @param primary time per operation unless the user chose another mode
 * @param metrics the profilers' metrics by name
 */
record JmhResult(
    String benchmark,
    String mode,
    Map<String, String> params,
    MetricValue primary,
    Map<String, MetricValue> metrics) {}
