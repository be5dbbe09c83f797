package org.joulemark.reports.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.joulemark.reports.compare.RunFiles.around;
import static org.joulemark.reports.compare.RunFiles.gpu;
import static org.joulemark.reports.compare.RunFiles.with;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.Journals;
import org.joulemark.reports.result.ResultFile;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes out of two results folders: pairs, verdicts, differences, exit codes. */
class ComparerTest {
  private static final Map<String, String> FP16 = Map.of("engine", "cuda", "precision", "FP16");
  private static final Map<String, String> INT8 = Map.of("engine", "cuda", "precision", "INT8");

  @TempDir Path folder;

  @Test
  void anEqualRunPasses() throws IOException {
    Comparison comparison =
        compare(
            run("a").row(FP16, around(200), around(0.15)).write(gpu()),
            run("b").row(FP16, around(200.2), around(0.1502)).write(gpu()));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.PASS);
    assertThat(only(comparison).judgements())
        .extracting(Judgement::verdict)
        .containsExactly(Verdict.SAME, Verdict.SAME);
  }

  /** One jar on one H200, a minute apart. */
  @Test
  void twoRealRunsOfTheSamePass() {
    Path runs = Journals.REAL.resolve("h200-forks");
    Comparison comparison = compare(real(runs.resolve("a")), real(runs.resolve("b")));
    assertThat(comparison.differences()).isEmpty();
    assertThat(only(comparison).judgements())
        .extracting(Judgement::verdict)
        .containsExactly(Verdict.SAME, Verdict.SAME);
    assertThat(comparison.exitCode()).isEqualTo(Comparison.PASS);
  }

  private static List<ResultFile> real(Path folder) {
    ResultSet results = ResultLoader.load(List.of(folder));
    assertThat(results.refusals()).isEmpty();
    return results.files();
  }

  @Test
  void aSlowerRunIsARegressionEvenIfItTakesLessEnergy() throws IOException {
    Comparison comparison =
        compare(
            run("a").row(FP16, around(200), around(0.15)).write(gpu()),
            run("b").row(FP16, around(206), around(0.14)).write(gpu()));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.REGRESSION);
    Judgement time = Objects.requireNonNull(only(comparison).time());
    assertThat(time.verdict()).isEqualTo(Verdict.SLOWER);
    assertThat(time.change()).isCloseTo(0.03, within(0.001));
    assertThat(time.delta()).isEqualTo(1);
    assertThat(Objects.requireNonNull(only(comparison).energy()).verdict())
        .isEqualTo(Verdict.FASTER);
  }

  @Test
  void moreEnergyIsARegressionEvenIfItIsFaster() throws IOException {
    Comparison comparison =
        compare(
            run("a").row(FP16, around(200), around(0.15)).write(gpu()),
            run("b").row(FP16, around(190), around(0.156)).write(gpu()));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.REGRESSION);
    assertThat(Objects.requireNonNull(only(comparison).energy()).verdict())
        .isEqualTo(Verdict.SLOWER);
  }

  @Test
  void fewForksAreAmbiguousAndSayHowManyItTakes() throws IOException {
    double[] one = {200};
    Comparison comparison =
        compare(
            run("a").row(FP16, one, one).write(gpu()), run("b").row(FP16, one, one).write(gpu()));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.AMBIGUOUS);
    assertThat(Objects.requireNonNull(only(comparison).time()).reason())
        .isEqualTo("1 fork against 1; a verdict needs 5 on each side (-f 5)");
  }

  @Test
  void fiveForksCannotConvictOneOfManyAndSaySo() throws IOException {
    RunFiles a = run("a");
    RunFiles b = run("b");
    for (int tokens = 1; tokens <= 20; tokens++) {
      Map<String, String> params = Map.of("engine", "cuda", "tokens", "" + tokens);
      a.row(params, five(200), five(0.15));
      b.row(params, five(tokens == 7 ? 220 : 200), five(0.15));
    }
    Comparison comparison = compare(a.write(gpu()), b.write(gpu()));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.AMBIGUOUS);
    assertThat(comparison.ambiguities()).isEqualTo(1);
    Judgement time = Objects.requireNonNull(comparison.hardware().get(0).rows().get(6).time());
    assertThat(time.reason())
        .isEqualTo(
            "looks worse by +10.0 %, but 5 forks against 5 cannot reach q < 0.01 among 40 questions;"
                + " 8 forks on each side (-f 8) can, or fewer questions");
  }

  @Test
  void differentEnvironmentsAreNotComparedUnlessForced() throws IOException {
    List<ResultFile> a = run("a").row(FP16, around(200), around(0.15)).write(gpu());
    List<ResultFile> b =
        run("b")
            .row(FP16, around(206), around(0.15))
            .write(gpu("driver.version", "590.2", "test.watts", "500", "test.commit", "bbb"));
    Comparison comparison = compare(a, b);
    assertThat(comparison.exitCode()).isEqualTo(Comparison.DIFFERENT_ENVIRONMENTS);
    assertThat(comparison.blocking())
        .extracting(Difference::sentence)
        .containsExactly(
            "driver.version: 580.1 in A, 590.2 in B.",
            "gpu.power.limit.watts: 700 in A, 500 in B.");
    assertThat(comparison.differences())
        .filteredOn(difference -> !difference.blocking())
        .extracting(Difference::fact)
        .containsExactly("suite.commit");
    Comparison forced = new Comparer(Rules.STANDARD, true).compare("A", a, "B", b);
    assertThat(forced.exitCode()).isEqualTo(Comparison.REGRESSION);
    assertThat(forced.differences()).isEqualTo(comparison.differences());
  }

  @Test
  void whereThingsAreInstalledIsNoDifference() throws IOException {
    Comparison comparison =
        compare(
            run("a")
                .row(FP16, around(200), around(0.15))
                .write(
                    gpu(
                        "cache.folder", "/home/ci/.cache/joulemark",
                        "library.cublaslt.path", "/usr/local/cuda/lib64/libcublasLt.so.13")),
            run("b")
                .row(FP16, around(200), around(0.15))
                .write(
                    gpu(
                        "cache.folder", "/home/me/.cache/joulemark",
                        "library.cublaslt.path", "/opt/cuda/lib64/libcublasLt.so.13")));
    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.exitCode()).isEqualTo(Comparison.PASS);
  }

  @Test
  void aMissingSidecarIsADifference() throws IOException {
    Comparison comparison =
        compare(
            run("a").row(FP16, around(200), around(0.15)).write(gpu()),
            run("b").row(FP16, around(200), around(0.15)).write());
    assertThat(comparison.exitCode()).isEqualTo(Comparison.DIFFERENT_ENVIRONMENTS);
    assertThat(comparison.blocking().get(0).sentence()).contains("environment.json");
  }

  @Test
  void anotherSpecimenOfTheSameGpuIsNotedAndCompared() throws IOException {
    Comparison comparison =
        compare(
            run("a").row(with(FP16, "device", "0"), around(200), around(0.15)).write(gpu()),
            run("b")
                .row(with(FP16, "device", "3"), around(200), around(0.15))
                .write(gpu("device.uuid", "GPU-2")));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.PASS);
    assertThat(comparison.differences())
        .extracting(Difference::fact)
        .containsExactly("device.uuid");
  }

  @Test
  void eachGpuModelIsComparedWithItself() throws IOException {
    List<ResultFile> h200 = run("a1").row(FP16, around(200), around(0.15)).write(gpu());
    List<ResultFile> a100 =
        run("a2").row(FP16, around(500), around(0.2)).write(gpu("device.name", "NVIDIA A100"));
    List<ResultFile> h200Later = run("b1").row(FP16, around(200), around(0.15)).write(gpu());
    List<ResultFile> v100 =
        run("b2").row(FP16, around(900), around(0.3)).write(gpu("device.name", "NVIDIA V100"));
    Comparison comparison = compare(both(h200, a100), both(v100, h200Later));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.PASS);
    assertThat(comparison.hardware())
        .extracting(part -> part.hardware().title())
        .containsExactly("NVIDIA H200, driver 580.1");
    assertThat(comparison.unmatched())
        .containsExactly(
            "Only A has results of NVIDIA A100, driver 580.1.",
            "Only B has results of NVIDIA V100, driver 580.1.");
  }

  @Test
  void theDevicesOfOneFolderAreComparedEachWithItself() throws IOException {
    Environment a100 = gpu("device.name", "NVIDIA A100", "device.uuid", "GPU-2");
    Comparison comparison =
        compare(twoDevices("a", gpu(), a100, 200), twoDevices("b", a100, gpu(), 206));
    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.hardware())
        .extracting(part -> part.hardware().title())
        .containsExactly("NVIDIA H200, driver 580.1", "NVIDIA A100, driver 580.1");
    assertThat(comparison.rows())
        .extracting(row -> Objects.requireNonNull(row.time()).verdict())
        .containsExactly(Verdict.SLOWER, Verdict.SAME);
  }

  /** A run on two GPUs, of which the file's environment has {@code last}. */
  private List<ResultFile> twoDevices(
      String name, Environment first, Environment last, double h200Micros) throws IOException {
    RunFiles run = run(name);
    for (Environment device : List.of(first, last)) {
      boolean h200 = device.engine().containsValue("NVIDIA H200");
      run.row(with(FP16, "device", h200 ? "0" : "1"), around(h200 ? h200Micros : 500), around(0.2))
          .on(device);
    }
    return run.write(last);
  }

  @Test
  void eachConfigurationIsHeldToTheLimitsOfTheGpuThatItRanOn() throws IOException {
    Environment first = oneOfTwo("GPU-1", "400");
    Environment second = oneOfTwo("GPU-2", "400");
    RunFiles a = run("a").row(INT8, around(100), around(0.1)).on(first);
    List<ResultFile> before = a.row(FP16, around(200), around(0.2)).on(second).write(second);
    RunFiles b = run("b").row(INT8, around(100), around(0.1)).on(first);
    Environment raised = oneOfTwo("GPU-2", "700");
    List<ResultFile> after = b.row(FP16, around(200), around(0.2)).on(raised).write(raised);
    assertThat(compare(before, before).differences()).isEmpty();
    assertThat(compare(before, after).differences())
        .containsExactly(new Difference("gpu.power.limit.watts", "400", "700", true));
  }

  @Test
  void forksUnderSeveralLimitsAreNoneThatCouldBeCompared() throws IOException {
    Environment first = oneOfTwo("GPU-1", "400");
    Environment second = oneOfTwo("GPU-2", "400");
    List<ResultFile> both =
        run("a")
            .row(with(FP16, "device", "0"), around(150), around(0.2))
            .on(first)
            .row(with(FP16, "device", "1"), around(200), around(0.2))
            .on(second)
            .write(second);
    assertThat(compare(both, both).differences())
        .containsExactly(
            new Difference("gpu.power.limit.watts", "400 and 700", "400 and 700", true));
  }

  /** A host with two GPUs of one model, of which the first may draw 700 W. */
  private static Environment oneOfTwo(String uuid, String wattsOfSecond) {
    Environment one = gpu("device.uuid", uuid);
    one.gpu()
        .putAll(
            Map.of(
                "gpu0.uuid", "GPU-1",
                "gpu1.uuid", "GPU-2",
                "gpu1.power.limit.watts", wattsOfSecond));
    return one;
  }

  @Test
  void aProcessorBesideAGpuHasNoneOfItsFacts() throws IOException {
    Map<String, String> params = Map.of("engine", "cpu", "precision", "FP32");
    List<ResultFile> both =
        run("a")
            .row(FP16, around(200), around(0.15))
            .on(gpu())
            .row(params, around(900), around(0.3))
            .change(line -> line.withObject("/notes").put("engine.device.name", "Xeon"))
            .write(gpu("device.name", "Xeon"));
    Comparison comparison = compare(both, both);
    assertThat(comparison.hardware())
        .extracting(part -> part.hardware().title())
        .containsExactly("NVIDIA H200, driver 580.1", "Xeon");
  }

  @Test
  void theForksOfRepeatedRunsArePutTogether() throws IOException {
    double[] three = {200, 200.1, 200.2};
    double[] joules = {0.15, 0.1501, 0.1502};
    List<ResultFile> a =
        both(
            run("a1").row(FP16, three, joules).write(gpu()),
            run("a2").row(FP16, three, joules).write(gpu()));
    List<ResultFile> b =
        both(
            run("b1").row(FP16, three, joules).write(gpu()),
            run("b2").row(FP16, three, joules).write(gpu()));
    Comparison comparison = compare(a, b);
    assertThat(Objects.requireNonNull(only(comparison).time()).question().before()).hasSize(6);
    assertThat(comparison.exitCode()).isEqualTo(Comparison.PASS);
  }

  @Test
  void whatDoesNotRunAnyMoreIsARegression() throws IOException {
    Comparison comparison =
        compare(
            run("a")
                .row(FP16, around(200), around(0.15))
                .row(INT8, around(100), around(0.1))
                .write(gpu()),
            run("b")
                .row(FP16, around(200), around(0.15))
                .failed(INT8, "out of memory")
                .write(gpu()));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.REGRESSION);
    assertThat(comparison.hardware().get(0).rows().get(1).broken())
        .isEqualTo("measured in A, failed in B: out of memory");
  }

  @Test
  void kindsOfEnergyAreNeverCompared() throws IOException {
    Comparison comparison =
        compare(
            run("a").row(FP16, "measured", around(200), around(0.15)).write(gpu()),
            run("b").row(FP16, "integrated", around(200), around(0.20)).write(gpu()));
    assertThat(comparison.exitCode()).isEqualTo(Comparison.AMBIGUOUS);
    assertThat(Objects.requireNonNull(only(comparison).energy()).reason())
        .isEqualTo("the energy is measured in A and integrated in B, and kinds are never compared");
  }

  @Test
  void energyThatIsNotThereIsNoVerdict() throws IOException {
    double[] none = new double[10];
    Arrays.fill(none, Double.NaN);
    Comparison neither =
        compare(
            run("a").row(FP16, around(200), none).write(gpu()),
            run("b").row(FP16, around(200), none).write(gpu()));
    assertThat(only(neither).energy()).isNull();
    assertThat(neither.exitCode()).isEqualTo(Comparison.PASS);
    Comparison lost =
        compare(
            run("c").row(FP16, around(200), around(1)).write(gpu()),
            run("d").row(FP16, around(200), none).write(gpu()));
    assertThat(Objects.requireNonNull(only(lost).energy()).reason())
        .startsWith("10 forks against 0");
    assertThat(lost.exitCode()).isEqualTo(Comparison.AMBIGUOUS);
  }

  @Test
  void infinitiesAndZeroesAreAmbiguousNotACrash() throws IOException {
    double[] broken = around(200);
    broken[3] = Double.POSITIVE_INFINITY;
    double[] zero = around(1);
    zero[0] = 0;
    Comparison comparison =
        compare(
            run("a").row(FP16, broken, zero).write(gpu()),
            run("b").row(FP16, around(200), around(1)).write(gpu()));
    assertThat(only(comparison).judgements())
        .extracting(Judgement::reason)
        .containsExactly(
            "a fork's time is not a positive number", "a fork's energy is not a positive number");
  }

  @Test
  void ratesAreTurnedIntoTimes() throws IOException {
    Comparison comparison =
        compare(
            run("a")
                .row(FP16, around(200), around(1))
                .change(line -> inMode(line, "thrpt", "ops/us"))
                .write(gpu()),
            run("b")
                .row(FP16, around(100), around(1))
                .change(line -> inMode(line, "thrpt", "ops/us"))
                .write(gpu()));
    Judgement time = Objects.requireNonNull(only(comparison).time());
    assertThat(time.verdict()).isEqualTo(Verdict.SLOWER);
    assertThat(time.change()).isCloseTo(1, within(0.01));
    assertThat(time.question().before().get(0)).isCloseTo(5e-9, within(1e-10));
  }

  @Test
  void nothingInCommonIsSaid() throws IOException {
    List<ResultFile> a = run("a").row(FP16, around(200), around(1)).write(gpu());
    List<ResultFile> b = run("b").row(INT8, around(200), around(1)).write(gpu());
    assertThatThrownBy(() -> compare(a, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Nothing to compare: A and B have no configuration in common.");
  }

  private static void inMode(ObjectNode line, String mode, String unit) {
    ObjectNode result = (ObjectNode) line.withArray("results").get(0);
    result.put("mode", mode);
    result.withObject("/primaryMetric").put("scoreUnit", unit);
  }

  private RunFiles run(String name) {
    return new RunFiles(folder.resolve(name));
  }

  private static Comparison compare(List<ResultFile> a, List<ResultFile> b) {
    return new Comparer(Rules.STANDARD, false).compare("A", a, "B", b);
  }

  private static RowComparison only(Comparison comparison) {
    List<RowComparison> rows = comparison.rows().toList();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static List<ResultFile> both(List<ResultFile> a, List<ResultFile> b) {
    return Stream.concat(a.stream(), b.stream()).toList();
  }

  private static double[] five(double mean) {
    return Arrays.copyOf(around(mean), 5);
  }
}
