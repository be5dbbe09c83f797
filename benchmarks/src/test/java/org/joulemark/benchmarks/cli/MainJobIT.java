package org.joulemark.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.joulemark.harness.journal.Journal;
import org.joulemark.harness.journal.JournalEntry;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.harness.platform.Environment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar measures for real, in real forks, on the CPU engine. */
class MainJobIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> ENERGY_METRICS =
      List.of(
          "energy",
          "energy.uncertainty",
          "power",
          "ops.per.joule",
          "flop.per.joule",
          "score",
          "eor",
          "tweor",
          "edp");

  @TempDir Path folder;

  @Test
  void measuresVerifiesAndWritesItsFiles() throws IOException, InterruptedException {
    SuiteProcess suite =
        SuiteProcess.run(
            folder,
            "--engine cpu --out results -p shape=square-96 -p precision=FP32,TF32 -f 2 -wi 1 -w 50ms -i 2 -r 100ms"
                .split(" "));
    assertThat(suite.exitCode()).as(suite.err()).isZero();
    assertThat(suite.out())
        .contains("[1/2, ")
        .contains("left]")
        .contains("GFLOP/s")
        .contains("EOR")
        .contains("TWEOR")
        .contains("Unsupported here:")
        .contains("precision=TF32: ");
    List<JournalEntry> journal =
        Journal.read(folder.resolve("results").resolve("journal.jsonl"), Assertions::fail);
    assertThat(journal)
        .extracting(JournalEntry::outcome)
        .containsExactlyInAnyOrder(Outcome.OK, Outcome.UNSUPPORTED);
    assertThat(journal)
        .filteredOn(entry -> entry.outcome() == Outcome.UNSUPPORTED)
        .allSatisfy(entry -> assertThat(entry.reason()).contains("TF32"));
    assertThat(Environment.read(folder.resolve("results")).engine()).containsKey("library.onednn");
    checkResults(read("results/results.json"));
  }

  private static void checkResults(JsonNode results) throws IOException {
    assertThat(schema().validate(results)).isEmpty();
    assertThat(results).hasSize(1);
    JsonNode metrics = results.get(0).path("secondaryMetrics");
    for (String name : ENERGY_METRICS) {
      assertThat(metrics.has(name)).as(name).isTrue();
      assertThat(metrics.path(name).path("rawData")).as(name + " has a value per fork").hasSize(2);
    }
    double energyJoules = metrics.path("energy").path("score").asDouble();
    double score = metrics.path("score").path("score").asDouble();
    assertThat(energyJoules).isPositive();
    assertThat(score).isBetween(0.9999, 1.0);
    // Iteration by iteration: the mean of quotients is not the quotient of the means.
    JsonNode joules = metrics.path("energy").path("rawData").path(0);
    assertThat(joules).isNotEmpty();
    for (int i = 0; i < joules.size(); i++) {
      double eor = metrics.path("eor").path("rawData").path(0).path(i).asDouble();
      assertThat(eor * joules.path(i).asDouble() / 3600).isCloseTo(score, within(1e-6));
    }
    assertThat(metrics.path("energy.kind").path("scoreUnit").asText()).isIn("measured", "modelled");
  }

  @Test
  void keepsGoingAfterAFailureAndSaysSoInItsExitCode() throws IOException, InterruptedException {
    SuiteProcess suite =
        SuiteProcess.run(
            folder,
            // A heap that the virtual machine refuses: each fork dies at once.
            "--engine cpu --out results -p shape=square-64,square-65 -p precision=FP32 -f 1 -wi 0 -i 1 -r 50ms -jvmArgsAppend -Xmx1k"
                .split(" "));
    assertThat(suite.exitCode()).isEqualTo(1);
    assertThat(suite.out()).contains("Failed:");
    assertThat(Journal.read(folder.resolve("results").resolve("journal.jsonl"), Assertions::fail))
        .hasSize(2)
        .allSatisfy(entry -> assertThat(entry.outcome()).isEqualTo(Outcome.FAILED));
  }

  @Test
  void failsAtOnceWhereTheUserAsksForIt() throws IOException, InterruptedException {
    SuiteProcess suite =
        SuiteProcess.run(
            folder,
            "--engine cpu --out results -foe true -p shape=square-64,square-65 -p precision=FP32 -f 1 -wi 0 -i 1 -r 50ms -jvmArgsAppend -Xmx1k"
                .split(" "));
    assertThat(suite.exitCode()).isEqualTo(1);
    assertThat(Journal.read(folder.resolve("results").resolve("journal.jsonl"), Assertions::fail))
        .hasSize(1);
  }

  @Test
  void writesTheUsersOwnResultFileToo() throws IOException, InterruptedException {
    SuiteProcess suite =
        SuiteProcess.run(
            folder,
            "--engine cpu --out results -rf csv -rff mine.csv -p shape=square-64 -p precision=FP32 -f 0 -wi 0 -i 1 -r 50ms"
                .split(" "));
    assertThat(suite.exitCode()).as(suite.err()).isZero();
    assertThat(Files.readString(folder.resolve("mine.csv"))).contains("GemmBenchmark.gemm");
    assertThat(read("results/results.json")).hasSize(1);
    assertThat(schema().validate(read("results/results.json"))).isEmpty();
  }

  @Test
  void anEngineThatIsNotHereIsOneSentence() throws IOException, InterruptedException {
    if (Files.exists(Path.of("/dev/nvidiactl"))) {
      return;
    }
    SuiteProcess suite = SuiteProcess.run(folder, "--engine", "cuda");
    assertThat(suite.exitCode()).isNotZero();
    assertThat(suite.err().lines().toList()).as(suite.err()).hasSize(1);
    assertThat(suite.err()).contains("cuda").contains("driver");
  }

  @Test
  void listsLikeJmh() throws IOException, InterruptedException {
    assertThat(SuiteProcess.run(folder, "-l").out()).contains("GemmBenchmark.gemm");
    assertThat(SuiteProcess.run(folder, "-lp").out()).contains("precision");
    assertThat(SuiteProcess.run(folder, "-lprof").out()).contains("EnergyProfiler");
    assertThat(SuiteProcess.run(folder, "-lrf").out()).contains("json");
    assertThat(SuiteProcess.run(folder, "-h").out()).contains("-foe");
  }

  @Test
  void teaches() throws IOException, InterruptedException {
    assertThat(SuiteProcess.run(folder, "--help").out()).contains("Examples:").contains("doctor");
    assertThat(SuiteProcess.run(folder, "run", "--help").out()).contains("--preset");
    assertThat(SuiteProcess.run(folder, "models").out()).contains("7,615,616,512");
    assertThat(SuiteProcess.run(folder, "shapes").out()).contains("qwen2.5-7b/gate_up");
    assertThat(SuiteProcess.run(folder, "tasks").out()).contains("14,042").contains("estimate");
    assertThat(SuiteProcess.run(folder, "study").out()).contains("42.29").contains("distillation");
    SuiteProcess doctor = SuiteProcess.run(folder, "doctor");
    assertThat(doctor.exitCode()).isZero();
    assertThat(doctor.out()).contains("Engine cpu").contains("Energy").contains("A run takes");
  }

  private JsonNode read(String file) throws IOException {
    return JSON.readTree(folder.resolve(file).toFile());
  }

  private static JsonSchema schema() throws IOException {
    try (InputStream in =
        MainJobIT.class.getResourceAsStream("/org/joulemark/benchmarks/jmh-results.schema.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in);
    }
  }
}
