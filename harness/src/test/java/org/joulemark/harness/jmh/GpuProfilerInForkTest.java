package org.joulemark.harness.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.joulemark.harness.Undisturbed.undisturbed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.assertj.core.data.Percentage;
import org.joulemark.harness.energy.nvml.FakeNvml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.options.TimeValue;

/** JMH for real, in a fork, on a GPU that follows a script. */
class GpuProfilerInForkTest {
  private static final String GPU = "cuda:GPU-fake-0";

  private final Path folder;

  GpuProfilerInForkTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private RunResult run(String device, Path library, String options, long milliseconds)
      throws Exception {
    return run(device, library, options, milliseconds, 1);
  }

  private RunResult run(
      String device, Path library, String options, long milliseconds, int unitsInARound)
      throws Exception {
    return ForkedRun.of(
        device,
        folder.resolve("notes.jsonl"),
        builder ->
            builder
                // One iteration: a mean of quotients is not the quotient of the means.
                .measurementIterations(1)
                .param("round", Integer.toString(unitsInARound))
                .measurementTime(TimeValue.milliseconds(milliseconds))
                .warmupTime(TimeValue.milliseconds(200))
                .addProfiler(EnergyProfiler.class, "nvml=" + library + options)
                .addProfiler(WorkProfiler.class));
  }

  private static double score(RunResult run, String label) {
    return Objects.requireNonNull(run.getSecondaryResults().get(label), label).getScore();
  }

  private static String kind(RunResult run) {
    return Objects.requireNonNull(run.getSecondaryResults().get("energy.kind")).getScoreUnit();
  }

  private String note(String key) throws Exception {
    return ForkNotes.read(folder.resolve("notes.jsonl")).getOrDefault(key, "");
  }

  @Test
  void energyPerOperationDoesNotDependOnTheIterationsLength() throws Exception {
    Path library = FakeNvml.build("watts 350");
    undisturbed(
        () -> {
          RunResult once = run(GPU, library, "", 900);
          RunResult twice = run(GPU, library, "", 1800);
          for (RunResult run : new RunResult[] {once, twice}) {
            assertThat(score(run, "energy.status")).isZero();
            assertThat(kind(run)).isEqualTo("measured");
            assertThat(score(run, "power")).isCloseTo(350, Percentage.withPercentage(0.7));
            // The iteration and the window within it differ where the host is busy.
            assertThat(score(run, "energy") * score(run, "flop.rate") / 1e6)
                .isCloseTo(350, Percentage.withPercentage(25));
            assertThat(score(run, "energy.gain.error")).isEqualTo(0.05);
            assertThat(score(run, "power.agreement")).isCloseTo(1, within(0.01));
            assertThat(score(run, "energy.process")).isNaN();
            assertThat(score(run, "eor"))
                .isCloseTo(0.5 * 3600 / score(run, "energy"), Percentage.withPercentage(1e-6));
          }
          assertThat(score(twice, "energy.uncertainty") / score(twice, "energy"))
              .isLessThan(score(once, "energy.uncertainty") / score(once, "energy"));
        });
    assertThat(note("energy.meter")).isEqualTo("nvml-counter (GPU-fake-0)");
    assertThat(note("energy.scope")).isEqualTo("gpu-board");
    assertThat(note("energy.process")).contains("not measured");
  }

  @Test
  void tooShortAnIterationIsLengthenedForTheTarget() throws Exception {
    Path library = FakeNvml.build();
    undisturbed(
        () -> {
          RunResult refused = run(GPU, library, "", 300);
          assertThat(score(refused, "energy")).isNaN();
          assertThat(score(refused, "energy.status")).isEqualTo(1);
          assertThat(note("energy.reason")).contains("iteration last at least");
          assertThat(Double.parseDouble(note(EnergyProfiler.LEAST_ITERATION))).isBetween(0.6, 0.7);
        });
    undisturbed(
        () -> {
          RunResult lengthened = run(GPU, library, ";target=0.4%;cap=10", 300);
          assertThat(score(lengthened, "energy.status")).isZero();
          assertThat(score(lengthened, "energy.uncertainty") / score(lengthened, "energy"))
              .isLessThanOrEqualTo(0.004);
        });
  }

  @Test
  void tooShortAnIterationIsLengthenedToAWholeRound() throws Exception {
    Path library = FakeNvml.build("watts 350");
    undisturbed(
        () -> {
          RunResult run = run(GPU, library, "", 300, 200);
          assertThat(score(run, "energy.status")).isZero();
          assertThat(score(run, "power")).isCloseTo(350, Percentage.withPercentage(1));
          // A unit takes 2 ms and more, and there are 200 of them or twice as many.
          assertThat(score(run, "energy") * 200)
              .isCloseTo(350 * score(run, "energy.window"), Percentage.withPercentage(1));
        });
  }

  @Test
  void aGpuLostInTheMiddleKeepsTheLabelsAndSaysSo() throws Exception {
    Path library = FakeNvml.build("lost_after_looks 2");
    RunResult run = run(GPU, library, "", 900);
    assertThat(score(run, "energy")).isNaN();
    assertThat(score(run, "clock.sm")).isNaN();
    assertThat(score(run, "energy.status")).isPositive();
    assertThat(kind(run)).isEqualTo("measured");
    assertThat(note("energy.reason")).contains("GPU is lost");
    assertThat(run.getPrimaryResult().getScore()).isPositive();
  }

  @Test
  void aGpuWithoutACounterIsUnsupportedNeverZero() throws Exception {
    RunResult run = run(GPU, FakeNvml.build("energy 3"), "", 300);
    assertThat(score(run, "energy")).isNaN();
    assertThat(score(run, "power.peak")).isNaN();
    assertThat(score(run, "energy.status")).isEqualTo(2);
    assertThat(kind(run)).isEqualTo("none");
    assertThat(note("energy.reason")).contains("Not Supported");
  }

  @Test
  void aMethodForTheOtherDeviceIsRefused() throws Exception {
    Path library = FakeNvml.build();
    RunResult onGpu = run(GPU, library, ";method=modelled", 300);
    assertThat(score(onGpu, "energy")).isNaN();
    assertThat(note("energy.reason")).contains("is for processors");
    RunResult onProcessor = run("cpu", library, ";method=counter", 300);
    assertThat(score(onProcessor, "energy")).isNaN();
    assertThat(note("energy.reason")).contains("is for GPUs");
  }

  @Test
  void bothGpusOfABenchmarkAreSummed() throws Exception {
    Path library = FakeNvml.build("devices 2", "0.watts 100", "1.watts 200");
    undisturbed(
        () -> {
          RunResult run = run("cuda:GPU-fake-0,GPU-fake-1", library, "", 1000);
          assertThat(score(run, "power")).isCloseTo(300, Percentage.withPercentage(1));
          assertThat(score(run, "gpu0.power")).isCloseTo(100, Percentage.withPercentage(1));
          assertThat(score(run, "gpu0.energy") + score(run, "gpu1.energy"))
              .isCloseTo(score(run, "energy"), Percentage.withPercentage(0.01));
        });
  }

  @Test
  void idleSettleAndTraceWorkInAFork() throws Exception {
    Path library = FakeNvml.build("watts 200");
    Path trace = folder.resolve("trace.csv");
    undisturbed(
        () -> {
          RunResult run = run(GPU, library, ";idle=net;settle=1;trace=" + trace, 1200);
          // This GPU always draws the same, so nothing is left net of idle, and that is said.
          assertThat(score(run, "energy")).isNaN();
          assertThat(score(run, "idle.power")).isCloseTo(200, Percentage.withPercentage(1));
          assertThat(note("energy.reason")).contains("idle baseline");
          assertThat(note("energy.settle")).contains("until the temperature was level (cap 1 s)");
          assertThat(Files.readAllLines(trace))
              .hasSizeGreaterThan(3)
              .anyMatch(line -> line.contains(",GPU-fake-0,1,") && line.contains(",200.0,1980.0,"));
        });
  }
}
