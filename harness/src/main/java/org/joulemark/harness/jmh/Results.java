package org.joulemark.harness.jmh;

import java.util.Collection;
import java.util.List;
import org.joulemark.harness.metrics.Metric;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.ScalarResult;

/** Metrics as JMH's secondary results: averaged, so that JMH gives them an error. */
final class Results {
  private Results() {}

  static Collection<ScalarResult> of(List<Metric> metrics) {
    return metrics.stream()
        .map(
            metric ->
                new ScalarResult(
                    metric.name(), metric.value(), metric.unit(), AggregationPolicy.AVG))
        .toList();
  }
}
