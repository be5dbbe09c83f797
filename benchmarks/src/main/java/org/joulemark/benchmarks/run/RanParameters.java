package org.joulemark.benchmarks.run;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.WorkloadParams;

/**
 * The parameters of a run as they came out: what stood for {@code auto} and could only be decided
 * on the device is named by the work's fact of the same name.
 */
final class RanParameters {
  private static final String AUTO = "auto";

  private RanParameters() {}

  /** Planned parameters, each {@code auto} that a fact names replaced by it. */
  static Map<String, String> of(Map<String, String> planned, Map<String, String> facts) {
    Map<String, String> ran = new LinkedHashMap<>(planned);
    ran.replaceAll((name, value) -> value.equals(AUTO) ? facts.getOrDefault(name, value) : value);
    return ran;
  }

  /** JMH's results with these parameters in place of those that were given to the fork. */
  static List<RunResult> rename(Collection<RunResult> results, Map<String, String> ran) {
    return results.stream()
        .map(result -> new RunResult(params(result.getParams(), ran), result.getBenchmarkResults()))
        .toList();
  }

  private static BenchmarkParams params(BenchmarkParams given, Map<String, String> ran) {
    WorkloadParams workload = new WorkloadParams();
    int order = 0;
    for (String name : given.getParamsKeys()) {
      workload.put(name, ran.getOrDefault(name, given.getParam(name)), order++);
    }
    return new BenchmarkParams(
        given.getBenchmark(),
        given.generatedBenchmark(),
        given.shouldSynchIterations(),
        given.getThreads(),
        given.getThreadGroups(),
        given.getThreadGroupLabels(),
        given.getForks(),
        given.getWarmupForks(),
        given.getWarmup(),
        given.getMeasurement(),
        given.getMode(),
        workload,
        given.getTimeUnit(),
        given.getOpsPerInvocation(),
        given.getJvm(),
        given.getJvmArgs(),
        given.getJdkVersion(),
        given.getVmName(),
        given.getVmVersion(),
        given.getJmhVersion(),
        given.getTimeout());
  }
}
