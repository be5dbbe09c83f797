package org.joulemark.reports.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.Journals;
import org.joulemark.reports.result.ResultLoader;
import org.joulemark.reports.result.ResultSet;
import org.joulemark.reports.view.NumberColumn;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.TextColumn;
import org.joulemark.reports.view.Traces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same rows in every format, whatever their strings hold. */
class ReportFormatTest {
  private static final String EVIL = "a|b\n\"c\",<script>`_*\\";

  @TempDir Path folder;

  @Test
  void csvHoldsEveryFigureWithItsUnitErrorAndPlace() throws IOException {
    String text = Files.readString(write(ReportFormat.CSV, evil()));
    try (CSVParser csv = CSVParser.parse(text, CSVFormat.RFC4180.builder().setHeader().get())) {
      List<CSVRecord> rows = csv.getRecords();
      assertThat(rows).hasSize(2);
      CSVRecord ok = rows.get(0);
      assertThat(ok.get("hardware")).isEqualTo("NVIDIA H200");
      assertThat(ok.get("param " + EVIL)).isEqualTo(EVIL);
      assertThat(ok.get("energy kind")).isEqualTo("measured");
      assertThat(Double.parseDouble(ok.get("time [s/op]"))).isCloseTo(5e-6, within(1e-18));
      assertThat(Double.parseDouble(ok.get("time [s/op] ±"))).isCloseTo(1e-7, within(1e-18));
      assertThat(ok.get("score [1]")).as("unknown is empty, not 0").isEmpty();
      assertThat(ok.get("eor [1/Wh]")).isEqualTo("Infinity");
      assertThat(ok.get("file")).endsWith("journal.jsonl");
      assertThat(ok.get("place")).isEqualTo("1");
      assertThat(rows.get(1).get("outcome")).isEqualTo("failed");
      assertThat(rows.get(1).get("reason")).isEqualTo(EVIL);
    }
  }

  @Test
  void jsonHoldsFilesWithEnvironmentsAndRowsWithPlaces() throws IOException {
    JsonNode json = new ObjectMapper().readTree(write(ReportFormat.JSON, evil()).toFile());
    assertThat(json.at("/files/0/environment/engine/device.name").asText())
        .isEqualTo("NVIDIA H200");
    JsonNode row = json.at("/rows/0");
    assertThat(row.at("/place").asInt()).isEqualTo(1);
    assertThat(row.at("/params").path(EVIL).asText()).isEqualTo(EVIL);
    assertThat(row.at("/energyKind").asText()).isEqualTo("measured");
    assertThat(row.at("/numbers").findValuesAsText("name"))
        .contains("time", "energy", "eor")
        .doesNotContain("score");
    assertThat(json.at("/rows/1/reason").asText()).isEqualTo(EVIL);
    assertThat(json.at("/refusals/0").asText()).contains("broken.jsonl");
  }

  @Test
  void markdownKeepsItsTablesWhole() throws IOException {
    String text = Files.readString(write(ReportFormat.MD, evil()));
    List<String> table = text.lines().filter(line -> line.startsWith("|")).toList();
    assertThat(table).hasSize(3);
    assertThat(
            table.stream()
                .map(line -> line.replace("\\|", "").chars().filter(c -> c == '|').count()))
        .as("as many cells in every row")
        .containsOnly(table.get(0).replace("\\|", "").chars().filter(c -> c == '|').count());
    assertThat(text)
        .contains("5.00 ± 0.10 µs")
        .contains("500 ± 10 mJ")
        .contains("measured")
        .contains("1:1")
        .contains("## Failed")
        .contains("&lt;script>")
        .contains("Not read:")
        .doesNotContain("<script");
  }

  @Test
  void markdownSaysWhichErrorOfEnergyIsOneReadings() throws IOException {
    List<double[]> joules = List.of(new double[] {0.5}, new double[] {0.5, 0.51, 0.49});
    Path jmh = folder.resolve("results.json");
    Files.writeString(
        jmh,
        joules.stream()
            .map(ReportFormatTest::gemmOfOneForkWithEnergy)
            .collect(Collectors.joining(",", "[", "]")));
    String text = Files.readString(write(ReportFormat.MD, ResultLoader.load(List.of(jmh))));
    assertThat(text)
        .contains("| 500 ± 4 mJ (1σ) |")
        .containsPattern("\\| 500 ± 182 mJ \\|")
        .contains("marked 1σ");
  }

  @Test
  void everyFormatSaysWhereATasksScoreComesFrom() throws IOException {
    ResultSet tasks = ResultLoader.load(List.of(Journals.REAL.resolve("h200-tasks/qwen2.5-7b")));
    assertThat(Files.readString(write(ReportFormat.MD, tasks)))
        .contains("| score from | row |")
        .contains("| 0.74240 |")
        .contains("| measured | published score of baseline | 1:1 |")
        .doesNotContain("742 ± 0 m");
    assertThat(
            new ObjectMapper()
                .readTree(write(ReportFormat.JSON, tasks).toFile())
                .at("/rows/0/scoreKind")
                .asText())
        .isEqualTo("published score of baseline");
    try (CSVParser csv =
        CSVParser.parse(
            Files.readString(write(ReportFormat.CSV, tasks)),
            CSVFormat.RFC4180.builder().setHeader().get())) {
      assertThat(csv.getRecords().get(0).get("score kind"))
          .isEqualTo("published score of baseline");
    }
  }

  private static String gemmOfOneForkWithEnergy(double... joules) {
    return """
        {"benchmark": "org.joulemark.benchmarks.gemm.GemmBenchmark.gemm", "mode": "avgt", "params": {"iterations": "%d"},
         "primaryMetric": {"score": 5, "scoreError": "NaN", "scoreUnit": "us/op", "rawData": [[5]]},
         "secondaryMetrics": {
           "energy": {"score": 0.5, "scoreUnit": "J/op", "rawData": [%s]},
           "energy.uncertainty": {"score": 0.004, "scoreError": "NaN", "scoreUnit": "J/op", "rawData": [[0.004]]}}}
        """
        .formatted(joules.length, Arrays.toString(joules));
  }

  @Test
  void everyRealResultIsInEveryFormat() throws IOException {
    ResultSet real = ResultLoader.load(List.of(Journals.REAL));
    JsonNode json = new ObjectMapper().readTree(write(ReportFormat.JSON, real).toFile());
    assertThat(json.path("rows")).hasSize(real.rowCount());
    assertThat(Files.readAllLines(write(ReportFormat.CSV, real))).hasSize(real.rowCount() + 1);
    long measured =
        real.files().stream()
            .flatMap(file -> file.rows().stream())
            .filter(row -> row.row().outcome() == Outcome.OK)
            .count();
    assertThat(Files.readString(write(ReportFormat.MD, real)).lines())
        .filteredOn(line -> Stream.of("| NVIDIA", "| Intel", "| AMD").anyMatch(line::startsWith))
        .as("what failed has a list of its own")
        .hasSize((int) measured);
    assertThat(Files.readString(write(ReportFormat.HTML, real)))
        .contains("Content-Security-Policy")
        .doesNotContain("src=\"http")
        .doesNotContain("<link rel=\"stylesheet");
  }

  /** Markdown shows other columns, through the same code. */
  @ParameterizedTest
  @EnumSource(value = ReportFormat.class, mode = EnumSource.Mode.EXCLUDE, names = "MD")
  void aReportThatFailsLeavesTheOldOneAndNothingElse(ReportFormat format) throws IOException {
    Path file = Files.writeString(folder.resolve("report." + format.id()), "old");
    ReportTable table = ReportTable.of(ResultLoader.load(List.of(Journals.REAL)));
    TextColumn failing =
        new TextColumn(
            "failing",
            row -> {
              throw new UncheckedIOException(new IOException("no space left"));
            });
    NumberColumn failingNumber =
        new NumberColumn(
            "eor",
            "1/Wh",
            row -> {
              throw new UncheckedIOException(new IOException("no space left"));
            });
    ReportTable broken =
        new ReportTable(
            table.results(),
            table.rows(),
            table.identity(),
            List.of(failing),
            List.of(failingNumber),
            table.notes());
    Traces none = Traces.read(List.of());
    assertThatThrownBy(() -> format.write("T", "f", broken, none, file))
        .hasStackTraceContaining("no space left");
    assertThat(file).hasContent("old");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  private Path write(ReportFormat format, ResultSet results) throws IOException {
    Path file = folder.resolve("report." + format.id());
    format.write("Title", "footer", ReportTable.of(results), Traces.read(results.traces()), file);
    return file;
  }

  private ResultSet evil() throws IOException {
    Journals.environment(folder, "NVIDIA H200");
    try (Writer out = Files.newBufferedWriter(folder.resolve("journal.jsonl"))) {
      Map<String, Object> metrics = new LinkedHashMap<>();
      metrics.put("time us/op", 5);
      metrics.put("energy J/op", 0.5);
      metrics.put("energy.kind measured", 1);
      metrics.put("score 1", "NaN");
      metrics.put("eor 1/Wh", "+INF");
      Journals.append(
          out,
          "gemm.GemmBenchmark.gemm",
          Map.of(EVIL, EVIL),
          Outcome.OK,
          "",
          Map.of("energy.kind", "measured"),
          metrics);
      Journals.append(
          out,
          "gemm.GemmBenchmark.gemm",
          Map.of(EVIL, "other"),
          Outcome.FAILED,
          EVIL,
          Map.of(),
          Map.of());
    }
    Files.writeString(folder.resolve("broken.jsonl"), "{\n");
    return ResultLoader.load(List.of(folder));
  }
}
