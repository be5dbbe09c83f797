package org.joulemark.reports.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Percentage;
import org.joulemark.harness.journal.Outcome;
import org.joulemark.reports.Journals;
import org.joulemark.reports.compare.Comparer;
import org.joulemark.reports.compare.Comparison;
import org.joulemark.reports.compare.Rules;
import org.joulemark.reports.export.ReportFormat;
import org.joulemark.reports.recommend.Candidate;
import org.joulemark.reports.recommend.Prices;
import org.joulemark.reports.recommend.ResultCandidates;
import org.joulemark.reports.table.SummaryTable;
import org.joulemark.reports.view.ReportTable;
import org.joulemark.reports.view.Traces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the time of one operation comes from, and that everybody takes it from there. */
class OperationTimeTest {
  /** Of MMLU in FP32, whose hours of whole rounds are for 14042 items. */
  private static final double MMLU_FP32 = 0.7972635335656251 * 3600 / 14042;

  private static final MetricValue JMH =
      new MetricValue(30, 1, "ms/op", Samples.of(new double[] {29, 31}));

  @TempDir Path folder;

  @Test
  void aTasksIsOfWholeRounds() {
    ResultRow row = mmluFp32();
    MetricValue hours = row.metric("task.time");
    MetricValue time = OperationTime.of(row);
    assertThat(row.primary().value()).as("JMH's, in µs").isCloseTo(243120, within(1.0));
    assertThat(time.unit()).isEqualTo("s/op");
    assertThat(time.value()).isCloseTo(MMLU_FP32, Percentage.withPercentage(1e-9));
    assertThat(time.error() / time.value())
        .isCloseTo(hours.error() / hours.value(), Percentage.withPercentage(1e-9));
    assertThat(time.samples().forks()).isEqualTo(hours.samples().forks());
    assertThat(time.samples().fork(0))
        .containsExactly(hours.samples().times(3600.0 / 14042).fork(0), within(1e-12));
  }

  /** Also as a report reads them, without their iterations. */
  @Test
  void everyCommittedTaskHasOne() {
    List<Path> tasks = List.of(Journals.REAL.resolve("h200-tasks"));
    for (ResultSet results : List.of(ResultLoader.load(tasks), ResultLoader.loadSummaries(tasks))) {
      assertThat(rows(results.files()))
          .isNotEmpty()
          .allSatisfy(row -> assertThat(OperationTime.ofWholeRounds(row)).isPresent());
    }
  }

  @Test
  void withoutATaskOrWithoutEnergyItIsJmhs() {
    assertThat(OperationTime.of(row(Map.of()))).isEqualTo(JMH);
    assertThat(OperationTime.of(row(Map.of("task.time", samples(1, 1))))).isEqualTo(JMH);
    assertThat(
            OperationTime.of(
                row(
                    Map.of(
                        "task.time", samples(1, 1),
                        "task.energy", samples(Double.NaN, 0),
                        "energy", samples(Double.NaN, 0)))))
        .isEqualTo(JMH);
  }

  @Test
  void oneIterationWithEnergySaysHowManyOperationsThereAre() {
    ResultRow row =
        row(
            Map.of(
                "task.time", samples(1, 1.1),
                "task.energy", samples(Double.NaN, 100),
                "energy", samples(Double.NaN, 360)));
    assertThat(OperationTime.of(row).value()).isCloseTo(3.78, within(1e-12));
    assertThat(OperationTime.of(row).samples().all())
        .containsExactly(new double[] {3.6, 3.96}, within(1e-12));
  }

  @Test
  void tablesPicturesRecommendationsAndComparisonsTakeIt() throws IOException {
    assertThat(SummaryTable.render(List.of(mmluFp32()))).contains("204 ± 3 ms");
    ResultSet results = qwen();
    ReportTable table = ReportTable.of(results);
    assertThat(table.numbers().get(0).name()).isEqualTo("time");
    assertThat(table.rows())
        .filteredOn(row -> isMmluFp32(row.result().params()))
        .allSatisfy(
            row ->
                assertThat(table.numbers().get(0).cell().apply(row).value())
                    .isCloseTo(MMLU_FP32, within(1e-9)))
        .hasSize(1);
    Path report = folder.resolve("report.md");
    ReportFormat.MD.write("Title", "footer", table, Traces.read(results.traces()), report);
    assertThat(Files.readString(report)).contains("204 ± 3 ms").doesNotContain("243 ±");
    assertThat(new ResultCandidates(results.files(), Prices.NONE).candidates())
        .filteredOn(candidate -> candidate.work().contains("task=mmlu"))
        .filteredOn(candidate -> candidate.strategy().equals("fp32"))
        .extracting(Candidate::secondsPerOperation)
        .allSatisfy(seconds -> assertThat(seconds).isCloseTo(MMLU_FP32, within(1e-9)))
        .hasSize(1);
    assertThat(secondsCompared(results.files(), results.files()))
        .isCloseTo(MMLU_FP32, within(1e-9));
  }

  /** The two figures differ by as much as a regression does. */
  @Test
  void aComparisonTakesTheSameFigureOnBothSides() {
    List<ResultFile> files = qwen().files();
    assertThat(secondsCompared(files, List.of(withoutEnergy(files.get(0)))))
        .isCloseTo(0.24312, within(1e-5));
  }

  private static double secondsCompared(List<ResultFile> before, List<ResultFile> after) {
    Comparison comparison = new Comparer(Rules.STANDARD, false).compare("A", before, "B", after);
    return comparison
        .rows()
        .filter(row -> isMmluFp32(row.params()))
        .map(row -> Objects.requireNonNull(row.time()).question().before().get(0))
        .findFirst()
        .orElseThrow();
  }

  private static ResultFile withoutEnergy(ResultFile file) {
    return new ResultFile(
        file.file(),
        file.environment(),
        file.rows().stream()
            .map(located -> new LocatedRow(withoutEnergy(located.row()), located.place()))
            .toList(),
        file.cutOff());
  }

  private static ResultRow withoutEnergy(ResultRow row) {
    Map<String, MetricValue> metrics = new LinkedHashMap<>(row.metrics());
    metrics.keySet().removeIf(name -> name.contains("energy"));
    return new ResultRow(
        row.benchmark(),
        row.params(),
        row.outcome(),
        row.reason(),
        row.startedAt(),
        row.mode(),
        row.primary(),
        metrics,
        row.notes());
  }

  private static ResultSet qwen() {
    return ResultLoader.load(List.of(Journals.REAL.resolve("h200-tasks/qwen2.5-7b")));
  }

  private static ResultRow mmluFp32() {
    return rows(qwen().files()).stream()
        .filter(row -> isMmluFp32(row.params()))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isMmluFp32(Map<String, String> params) {
    return "mmlu".equals(params.get("task")) && "fp32".equals(params.get("strategy"));
  }

  private static List<ResultRow> rows(List<ResultFile> files) {
    return files.stream().flatMap(file -> file.rows().stream()).map(LocatedRow::row).toList();
  }

  private static ResultRow row(Map<String, MetricValue> metrics) {
    return new ResultRow("T.item", Map.of(), Outcome.OK, "", "", "avgt", JMH, metrics, Map.of());
  }

  private static MetricValue samples(double first, double second) {
    return new MetricValue(
        (first + second) / 2, Double.NaN, "", Samples.of(new double[] {first, second}));
  }
}
