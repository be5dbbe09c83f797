package org.joulemark.reports.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.joulemark.reports.compare.RunFiles.around;
import static org.joulemark.reports.compare.RunFiles.gpu;
import static org.joulemark.reports.compare.RunFiles.with;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.joulemark.harness.platform.Environment;
import org.joulemark.reports.compare.RunFiles;
import org.joulemark.reports.result.ResultFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What results say of a candidate, what users' files may say, and what neither does. */
class ResultCandidatesTest {
  private static final Map<String, String> FP16 =
      Map.of("engine", "cuda", "strategy", "fp16", "model", "m", "algo", "tuned", "seed", "1");

  @TempDir Path folder;

  @Test
  void figuresComeFromTheRowItsEnvironmentAndTheUsersPrices() throws IOException {
    List<ResultFile> files =
        new RunFiles(folder)
            .row(FP16, around(200), around(0.15))
            .change(line -> metric(line, "score", "1", 0.9996))
            .change(line -> metric(line, "power", "W", 690))
            .write(gpu("device.memory.bytes", "150109880320"));
    Candidate found =
        only(
            files,
            prices(
                "{\"currency\": \"EUR\", \"prices\": [{\"match\": \"H200\", \"price\": 30000}]}"));
    assertThat(found.work()).isEqualTo("GemmBenchmark.gemm model=m");
    assertThat(found.hardware()).isEqualTo("NVIDIA H200");
    assertThat(found.strategy()).isEqualTo("fp16");
    assertThat(found.variant()).isEqualTo("algo=tuned");
    assertThat(found.provenance()).isEqualTo(Provenance.MEASURED);
    assertThat(found.scoreRetention()).isEqualTo(0.9996);
    assertThat(found.joulesPerOperation()).isCloseTo(0.15, within(1e-6));
    assertThat(found.secondsPerOperation()).isCloseTo(200e-6, within(1e-9));
    assertThat(found.watts()).isEqualTo(690);
    assertThat(found.board())
        .as("the limit set, not the data sheet's")
        .isEqualTo(BoardPower.set(700));
    assertThat(found.memoryGigabytes()).isCloseTo(150.1, within(0.1));
    assertThat(found.price()).isEqualTo(30000);
    assertThat(found.source()).endsWith("journal.jsonl:1");
  }

  @Test
  void eachDeviceOfAFileHasItsOwnNameMemoryAndPowerLimit() throws IOException {
    Environment h200 = gpu("device.memory.bytes", "150000000000");
    Environment a100 =
        gpu(
            "device.name", "NVIDIA A100",
            "device.uuid", "GPU-2",
            "device.memory.bytes", "80000000000");
    List<ResultFile> files =
        new RunFiles(folder)
            .row(FP16, around(200), around(0.15))
            .on(h200)
            .row(FP16, around(400), around(0.2))
            .on(a100)
            .row(with(FP16, "engine", "cpu"), "modelled", around(900), around(0.3))
            .change(line -> line.withObject("/notes").put("engine.device.name", "Xeon"))
            .write(
                withGpuState(
                    a100,
                    Map.of(
                        "gpu0.uuid", "GPU-1",
                        "gpu0.power.limit.watts", "700",
                        "gpu1.uuid", "GPU-2",
                        "gpu1.power.limit.watts", "400")));
    assertThat(new ResultCandidates(files, Prices.NONE).candidates())
        .extracting(Candidate::hardware, Candidate::memoryGigabytes, Candidate::board)
        .containsExactly(
            tuple("NVIDIA H200", 150.0, BoardPower.set(700)),
            tuple("NVIDIA A100", 80.0, BoardPower.set(400)),
            tuple("Xeon", Double.NaN, BoardPower.UNKNOWN));
  }

  private static Environment withGpuState(Environment known, Map<String, String> state) {
    return new Environment(
        known.recordedAt(),
        known.suite(),
        known.arguments(),
        known.preset(),
        known.operatingSystem(),
        known.jdk(),
        known.cpu(),
        known.memoryBytes(),
        known.engine(),
        state);
  }

  @Test
  void aCalibrationMakesNoOtherWork() throws IOException {
    List<ResultFile> files =
        new RunFiles(folder)
            .row(
                Map.of("strategy", "fp16", "model", "m", "calibration", "none"),
                around(200),
                around(0.15))
            .row(
                Map.of("strategy", "smoothquant", "model", "m", "calibration", "auto"),
                around(100),
                around(0.1))
            .write(gpu("device.memory.bytes", "150109880320"));
    assertThat(new ResultCandidates(files, Prices.NONE).candidates())
        .hasSize(2)
        .extracting(Candidate::work)
        .containsOnly("GemmBenchmark.gemm model=m");
  }

  /** Of hot operands, a small work reads nothing from memory. */
  @Test
  void hotOperandsAreOtherWorkThanRotatingOnes() throws IOException {
    List<ResultFile> files =
        new RunFiles(folder)
            .row(with(FP16, "cache", "hot"), around(100), around(0.1))
            .row(with(FP16, "cache", "rotating"), around(200), around(0.2))
            .write(gpu());
    assertThat(new ResultCandidates(files, Prices.NONE).candidates())
        .extracting(Candidate::work, Candidate::variant)
        .containsExactly(
            tuple("GemmBenchmark.gemm cache=hot model=m", "algo=tuned"),
            tuple("GemmBenchmark.gemm cache=rotating model=m", "algo=tuned"));
  }

  @Test
  void aTasksScoreIsHeldAgainstTheBaselines() throws IOException {
    List<ResultFile> files =
        new RunFiles(folder)
            .row(task("fp32"), around(200), around(0.3))
            .change(line -> score(line, 0.74, "published"))
            .row(task("int8"), around(100), around(0.1))
            .change(line -> score(line, 0.73, "scores file"))
            .row(task("fp16"), around(100), around(0.1))
            .change(line -> score(line, 0.74, "published score of baseline"))
            .write(gpu());
    List<Candidate> found = new ResultCandidates(files, Prices.NONE).candidates();
    assertThat(found.get(0).scoreRetention()).isEqualTo(1);
    assertThat(found.get(1).scoreRetention()).isCloseTo(0.73 / 0.74, within(1e-12));
    assertThat(found.get(2).scoreRetention()).as("a borrowed score says nothing").isNaN();
    assertThat(found.get(2).price()).isNaN();
    assertThat(found)
        .extracting(Candidate::scoreKind)
        .containsExactly("published", "scores file", "published score of baseline");
    assertThat(
            new RecommendationText(Prices.NONE, 3, false)
                .render(
                    new Recommender(new MostEfficient())
                        .recommend(List.of(new UseCase("u", "U", List.of(), List.of())), found)))
        .contains("energy measured")
        .contains("score from")
        .contains("published score of baseline");
  }

  @Test
  void aTaskWithoutABaselineHasNoRetention() throws IOException {
    List<ResultFile> files =
        new RunFiles(folder)
            .row(task("int8"), around(100), around(0.1))
            .change(line -> score(line, 0.73, "scores file"))
            .write(gpu());
    assertThat(only(files, Prices.NONE).scoreRetention()).isNaN();
  }

  @Test
  void whatFailedOrHasNoEnergyIsNoCandidate() throws IOException {
    List<ResultFile> files =
        new RunFiles(folder)
            .failed(FP16, "out of memory")
            .row(FP16, "none", around(1), around(1))
            .write(gpu());
    assertThat(new ResultCandidates(files, Prices.NONE).candidates()).isEmpty();
  }

  @Test
  void hostileNamesAreHarmlessInBothForms() throws IOException {
    String name = "<script>x</script>|`\n\u001b[31m";
    List<ResultFile> files =
        new RunFiles(folder)
            .row(Map.of("strategy", name, "model", name), around(1), around(1))
            .write(gpu("device.name", name));
    List<Recommendation> answers =
        new Recommender(new MostEfficient())
            .recommend(UseCases.standard(), new ResultCandidates(files, Prices.NONE).candidates());
    String text = new RecommendationText(Prices.NONE, 3, false).render(answers);
    assertThat(text.codePoints().filter(p -> p != '\n').anyMatch(Character::isISOControl))
        .isFalse();
    String markdown = new RecommendationText(Prices.NONE, 3, true).render(answers);
    assertThat(markdown).doesNotContain("<script").doesNotContain("`").doesNotContain("\u001b");
    assertThat(markdown.lines().filter(line -> line.startsWith("|")))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.chars().filter(c -> c == '|').count()).isEqualTo(14));
  }

  @Test
  void theBuiltInUseCasesAreTheFiveOfTheStudy() {
    assertThat(UseCases.standard())
        .extracting(UseCase::id)
        .containsExactly("data-centre", "enterprise", "research", "edge", "budget");
    assertThat(UseCases.standard())
        .allSatisfy(one -> assertThat(one.constraints()).isNotEmpty())
        .allSatisfy(one -> assertThat(one.study()).isNotEmpty());
  }

  @Test
  void aUsersUseCasesReplaceThem() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("mine.json"),
            "[{\"id\": \"me\", \"title\": \"Me\", \"constraints\": [{\"figure\": \"power\", \"atMost\": 75}]}]");
    UseCase mine = UseCases.read(file).get(0);
    assertThat(mine.constraints().get(0).text()).isEqualTo("at most 75.0 W");
    assertThat(mine.study()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "nonsense; Unrecognized token",
        "[{'id': 'x'}]; title",
        "[{'id':'x','title':'x','constraints':[{'figure':'speed','atMost':1}]}]; speed",
        "[{'id':'x','title':'x','constraints':[{'figure':'power'}]}]; needs one of atLeast and atMost",
        "[{'id':'x','title':'x','constraints':[{'figure':'power','atMost':1,'work':'('}]}]; regular expression",
        "[{'id':'x','title':'x','constraints':[{'figure':'power','atMost':1,'atleast':2}]}]; atleast"
      })
  void aBrokenFileOfUseCasesGetsOneSentence(String json, String named) throws IOException {
    Path file = Files.writeString(folder.resolve("broken.json"), json.replace('\'', '"'));
    assertThatThrownBy(() -> UseCases.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broken.json")
        .hasMessageContaining(named)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines().count()).isEqualTo(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[]; prices",
        "{'prices': []}; currency",
        "{'currency': 'EUR', 'prices': [{'match': '(', 'price': 1}]}; regular expression",
        "{'currency': 'EUR', 'prices': [{'match': 'x', 'price': -1}]}; -1"
      })
  void aBrokenFileOfPricesGetsOneSentence(String json, String named) {
    assertThatThrownBy(() -> prices(json.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines().count()).isEqualTo(1));
  }

  private Prices prices(String json) throws IOException {
    return Prices.read(Files.writeString(folder.resolve("prices.json"), json));
  }

  private static Candidate only(List<ResultFile> files, Prices prices) {
    List<Candidate> found = new ResultCandidates(files, prices).candidates();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static Map<String, String> task(String strategy) {
    return Map.of("engine", "cuda", "strategy", strategy, "model", "m", "task", "mmlu");
  }

  private static void score(ObjectNode line, double score, String kind) {
    metric(line, "score", "1", score);
    metric(line, "score.kind", kind, 1);
    line.withObject("/notes").put("score.source", "somewhere");
  }

  private static void metric(ObjectNode line, String name, String unit, double value) {
    ObjectNode result = (ObjectNode) line.withArray("results").get(0);
    result
        .withObject("/secondaryMetrics")
        .putObject(name)
        .put("score", value)
        .put("scoreUnit", unit);
  }
}
