package org.joulemark.harness.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.metrics.Metric;
import org.joulemark.harness.metrics.Metrics;
import org.joulemark.harness.metrics.TaskMetrics;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * JMH profiler that gives the rates of the work itself, {@code flop.rate}, {@code byte.rate} and
 * {@code token.rate}, for a part of a task the whole task's {@code task.time}, and the metrics that
 * the benchmark's state published when it closed its {@link WorkWindow}. A metric that was
 * published once is in every later iteration too, NaN where the state left it out.
 */
public final class WorkProfiler implements InternalProfiler {
  /** Names and units published so far. */
  private final Map<String, String> published = new LinkedHashMap<>();

  /** JMH makes it by reflection. */
  public WorkProfiler() {
    // State comes with the iterations.
  }

  @Override
  public String getDescription() {
    return "Rates of the work itself, and what the benchmark's state publishes";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    WorkWindow.forget();
  }

  @Override
  public Collection<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult iterationResult) {
    return Results.of(metrics(WorkWindow.lastClosed()));
  }

  private List<Metric> metrics(WorkWindow.@Nullable ClosedWindow window) {
    List<Metric> metrics = new ArrayList<>();
    double flopRate = Double.NaN;
    double byteRate = Double.NaN;
    double tokenRate = Double.NaN;
    Map<String, Double> values = new LinkedHashMap<>();
    if (window != null && window.units() > 0) {
      Metrics rates =
          Metrics.of(Double.NaN, window.seconds(), (double) window.units(), window.unit());
      flopRate = rates.flopRate();
      byteRate = rates.byteRate();
      tokenRate = rates.tokenRate();
    }
    if (window != null && window.unit().partOfTask()) {
      TaskMetrics task =
          TaskMetrics.of(
              Double.NaN, Double.NaN, window.seconds(), (double) window.units(), window.unit());
      // No unit done is no time known, not an infinite one.
      double hours = window.units() > 0 ? task.hours() : Double.NaN;
      metrics.add(new Metric("task.time", hours, "h"));
    }
    if (window != null) {
      for (Metric extra : window.extra()) {
        published.putIfAbsent(extra.name(), extra.unit());
        values.put(extra.name(), extra.value());
      }
    }
    metrics.add(new Metric("flop.rate", flopRate, "FLOP/s"));
    metrics.add(new Metric("byte.rate", byteRate, "B/s"));
    metrics.add(new Metric("token.rate", tokenRate, "token/s"));
    published.forEach(
        (name, unit) -> metrics.add(new Metric(name, values.getOrDefault(name, Double.NaN), unit)));
    return metrics;
  }
}
