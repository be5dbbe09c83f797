package org.joulemark.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.AverageTimeResult;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.TimeValue;

class RanParametersTest {

  @Test
  void onlyWhatWasLeftToTheDeviceIsNamedByItsFact() {
    Map<String, String> planned = new LinkedHashMap<>();
    planned.put("attention", "auto");
    planned.put("launch", "stream");
    planned.put("device", "auto");
    assertThat(RanParameters.of(planned, Map.of("attention", "cudnn", "launch", "graph")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("attention", "cudnn", "launch", "stream", "device", "auto"));
  }

  @Test
  void jmhsResultNamesItAndIsOtherwiseTheSame() {
    List<RunResult> results = List.of(result());
    JsonNode before = ResultFiles.json(results).get(0);
    List<RunResult> renamed =
        RanParameters.rename(results, Map.of("attention", "cudnn", "sequence", "7"));
    JsonNode after = ResultFiles.json(renamed).get(0);
    assertThat(before.at("/params/attention").asText()).isEqualTo("auto");
    assertThat(after.at("/params/attention").asText()).isEqualTo("cudnn");
    assertThat(after.at("/params/sequence").asText()).isEqualTo("7");
    assertThat(before.at("/primaryMetric/score").asDouble()).isEqualTo(5);
    before
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.equals("params")) {
                assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
              }
            });
  }

  private static RunResult result() {
    WorkloadParams workload = new WorkloadParams();
    workload.put("attention", "auto", 0);
    workload.put("sequence", "7", 1);
    IterationParams iterations =
        new IterationParams(IterationType.MEASUREMENT, 1, TimeValue.seconds(1), 1);
    BenchmarkParams params =
        new BenchmarkParams(
            "org.joulemark.Subject.unit",
            "org.joulemark.generated.Subject.unit",
            true,
            1,
            new int[] {1},
            List.of("unit"),
            3,
            0,
            iterations,
            iterations,
            Mode.AverageTime,
            workload,
            TimeUnit.MICROSECONDS,
            1,
            "java",
            List.of("-Xmx1g"),
            "17",
            "a machine",
            "17.0.1",
            "1.37",
            TimeValue.minutes(1));
    IterationResult iteration = new IterationResult(params, iterations, null);
    iteration.addResult(
        new AverageTimeResult(ResultRole.PRIMARY, "unit", 1000, 5_000_000, TimeUnit.MICROSECONDS));
    return new RunResult(params, List.of(new BenchmarkResult(params, List.of(iteration))));
  }
}
