package org.joulemark.benchmarks.run;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * One benchmark with one value for each of its parameters.
 *
 * @param benchmark full name of the benchmark method
 * @param params value by parameter, every parameter of the benchmark
 * @param timing how long it runs where the command line leaves it open
 */
public record Configuration(String benchmark, Map<String, String> params, Preset.Timing timing) {

  /** {@code GemmBenchmark.gemm} and those of its parameters that {@code names} holds. */
  public String label(java.util.Set<String> names) {
    int method = benchmark.lastIndexOf('.');
    int type = benchmark.lastIndexOf('.', method - 1);
    String values =
        params.entrySet().stream()
            .filter(entry -> names.contains(entry.getKey()))
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(" "));
    return benchmark.substring(type + 1) + (values.isEmpty() ? "" : " " + values);
  }
}
