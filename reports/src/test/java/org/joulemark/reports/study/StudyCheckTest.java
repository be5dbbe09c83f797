package org.joulemark.reports.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.joulemark.reports.result.Sensor;
import org.joulemark.reports.task.Interval;
import org.joulemark.reports.task.TaskResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudyCheckTest {
  private static final String QWEN = "qwen2.5-7b";
  private static final String DISTILLED = "deepseek-r1-distill-qwen-7b";

  private final List<TaskResult> results = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "75, 1, SUPPORTED, saves 25.0",
    "78, 0.5, SUPPORTED, saves 22.0",
    "40, 1, CONTRADICTED, saves 60.0",
    "110, 1, CONTRADICTED, saves -10.0",
    "70, 4, NOT_TESTABLE, saves 30.0",
    "75, NaN, NOT_TESTABLE, saves 25.0"
  })
  void aSavingIsHeldAgainstItsRange(
      double wattHours, double halfWidth, Verdict verdict, String measured) {
    add("mmlu", QWEN, "fp32", 100, 0.5);
    add("mmlu", QWEN, "int8-sym", wattHours, halfWidth);
    Finding finding = finding("int8-saving");
    assertThat(finding.verdict()).isEqualTo(verdict);
    assertThat(finding.evidence()).hasSize(1);
    assertThat(finding.evidence().get(0).measured()).contains(measured);
  }

  @Test
  void optionsOfAStrategyDoNotHideIt() {
    add("mmlu", QWEN, "fp32", 100, 0.5);
    add("mmlu", QWEN, "int8-sym/per-tensor/mse", 75, 0.5);
    add("mmlu", QWEN, "int8-sym", 74, 0.5);
    assertThat(finding("int8-saving").evidence()).hasSize(2);
  }

  @Test
  void theSettingNearestToTheStudysSpeaksFirst() {
    for (String task : List.of("gsm8k", "mmlu")) {
      add(task, QWEN, "fp32", 100, 0.5);
      add(task, QWEN, "fp16", task.equals("mmlu") ? 84 : 50, 0.5);
    }
    Finding finding = finding("fp16-saving");
    assertThat(finding.verdict()).isEqualTo(Verdict.SUPPORTED);
    assertThat(finding.evidence())
        .extracting(Evidence::verdict)
        .containsExactly(Verdict.SUPPORTED, Verdict.CONTRADICTED);
  }

  @Test
  void onlyTheSameGroundIsCompared() {
    add("mmlu", QWEN, "fp32", 100, 0.5);
    results.add(result("mmlu", QWEN, "fp16", "16", "measured", "NVIDIA H200", 84, 0.5, 700));
    results.add(result("mmlu", QWEN, "fp16", "1", "integrated", "NVIDIA H200", 84, 0.5, 700));
    results.add(result("mmlu", QWEN, "fp16", "1", "measured", "NVIDIA L40S", 84, 0.5, 700));
    add("mmlu", "yi-6b", "fp16", 84, 0.5);
    add("gsm8k", QWEN, "fp16", 84, 0.5);
    Finding finding = finding("fp16-saving");
    assertThat(finding.verdict()).isEqualTo(Verdict.NOT_TESTABLE);
    assertThat(finding.why()).contains("fp32").contains("fp16");
  }

  @Test
  void modelledEnergyTestsNothing() {
    results.add(result("mmlu", QWEN, "fp32", "1", "modelled", "CPU", 100, 1, 700));
    results.add(result("mmlu", QWEN, "fp16", "1", "modelled", "CPU", 84, 1, 700));
    assertThat(new StudyCheck(Study.published(), results).findings())
        .hasSize(7)
        .allSatisfy(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(Verdict.NOT_TESTABLE);
              assertThat(finding.why()).contains("modelled");
            });
  }

  @Test
  void theBestChoiceOfStrategyIsHeldAgainstTheBaseline() {
    add("mmlu", QWEN, "fp32", 100, 0.5);
    add("mmlu", QWEN, "fp16", 80, 0.5);
    assertThat(finding("joint-choice").verdict()).isEqualTo(Verdict.CONTRADICTED);
    add("mmlu", QWEN, "int8-sym", 71, 0.5);
    Finding finding = finding("joint-choice");
    assertThat(finding.verdict()).isEqualTo(Verdict.SUPPORTED);
    assertThat(finding.evidence().get(0).setting()).contains("int8-sym");
    assertThat(finding.evidence().get(0).measured()).contains("gains 40.8");
    add("mmlu", QWEN, "fp8", 40, 0.5);
    assertThat(finding("joint-choice").evidence().get(0).why()).contains("it is no limit");
  }

  @ParameterizedTest
  @CsvSource({"773, SUPPORTED", "300, CONTRADICTED", "1200, CONTRADICTED", "702, NOT_TESTABLE"})
  void gsm8kIsHeldAgainstMmlu(double wattHours, Verdict verdict) {
    add("mmlu", QWEN, "fp16", 100, 0.5);
    add("gsm8k", QWEN, "fp16", wattHours, 2);
    assertThat(finding("gsm8k-over-mmlu").verdict()).isEqualTo(verdict);
  }

  @Test
  void modelsOfTheSameShapeCannotDifferByTheToken() {
    add("gsm8k", QWEN, "fp16", 100, 0.5);
    add("gsm8k", DISTILLED, "fp16", 100.3, 0.5);
    Finding finding = finding("distillation");
    assertThat(finding.verdict()).isEqualTo(Verdict.NOT_TESTABLE);
    assertThat(finding.evidence().get(0).measured()).contains("saves -0.3");
    assertThat(finding.evidence().get(0).why()).contains("same shape").contains("-p decoded=N");
  }

  @Test
  void otherTokenCountsMakeDistillationTestable() {
    add("gsm8k", QWEN, "fp16", 100, 0.5);
    results.add(result("gsm8k", DISTILLED, "fp16", "1", "measured", "NVIDIA H200", 80, 0.5, 560));
    Finding finding = finding("distillation");
    assertThat(finding.verdict()).isEqualTo(Verdict.SUPPORTED);
    assertThat(finding.evidence().get(0).why()).contains("560 tokens against 700");
    // A task whose items are the same for both is nearer to the study's setting and tells nothing.
    add("mmlu", QWEN, "fp16", 100, 0.5);
    add("mmlu", DISTILLED, "fp16", 100, 0.5);
    assertThat(finding("distillation").verdict()).isEqualTo(Verdict.SUPPORTED);
    assertThat(finding("distillation").evidence()).hasSize(2);
  }

  @Test
  void architecturesNeedAGpuOfEach() {
    results.add(result("mmlu", QWEN, "fp16", "1", "measured", "NVIDIA L40S", 50, 0.5, 700));
    assertThat(finding("ada-over-ampere").verdict()).isEqualTo(Verdict.NOT_TESTABLE);
    results.add(
        result("mmlu", QWEN, "fp16", "1", "measured", "NVIDIA A100-PCIE-40GB", 80, 0.5, 700));
    Finding ahead = finding("ada-over-ampere");
    assertThat(ahead.verdict()).isEqualTo(Verdict.SUPPORTED);
    assertThat(ahead.evidence().get(0).measured()).contains("EOR is 1.6");
    // One that speaks against it outweighs it.
    results.add(
        result("gsm8k", QWEN, "fp16", "1", "measured", "NVIDIA A100-PCIE-40GB", 30, 0.3, 700));
    results.add(result("gsm8k", QWEN, "fp16", "1", "measured", "NVIDIA L40S", 60, 0.3, 700));
    assertThat(finding("ada-over-ampere").verdict()).isEqualTo(Verdict.CONTRADICTED);
  }

  @Test
  void writesVerdictsFiguresAndReasons() {
    add("mmlu", QWEN, "fp32", 100, 0.5);
    add("mmlu", QWEN, "int8-sym", 40, 0.5);
    String text = StudyText.findings(new StudyCheck(Study.published(), results).findings());
    assertThat(text)
        .contains("int8-saving: INT8 saves 25 % of the energy of FP32.\n  contradicted\n")
        .contains("mmlu, qwen2.5-7b, int8-sym, batch 1, NVIDIA H200: saves 60.0 ± 0.5 %")
        .contains("above the range of 20 to 30")
        .contains("dynamic-saving")
        .doesNotContain("not all agree")
        .contains("not testable with this data. It needs");
    add("gsm8k", QWEN, "fp32", 100, 0.5);
    add("gsm8k", QWEN, "int8-sym", 75, 0.5);
    add("hellaswag", QWEN, "fp32", 100, 0.5);
    add("hellaswag", QWEN, "int8-sym", 41, 0.5);
    assertThat(StudyText.findings(new StudyCheck(Study.published(), results).findings()))
        .contains(
            """
            contradicted, by the first of these; not all agree
              contradicted: above the range of 20 to 30
                mmlu, qwen2.5-7b, int8-sym, batch 1, NVIDIA H200: saves 60.0 ± 0.5 %
                hellaswag, qwen2.5-7b, int8-sym, batch 1, NVIDIA H200: saves 59.0 ± 0.5 %
              supported: in the range of 20 to 30
                gsm8k, qwen2.5-7b, int8-sym, batch 1, NVIDIA H200: saves 25.0 ± 0.6 %
            """
                .indent(2));
    assertThat(StudyText.besides(Study.published(), results))
        .contains("42.29")
        .contains("100.0 ± 0.5")
        .contains("2.365");
  }

  @Test
  void mmluThatDecodesIsNoMmlu() {
    results.add(
        decoding(result("mmlu", QWEN, "fp16", "1", "measured", "NVIDIA H200", 1000, 1, 826)));
    add("gsm8k", QWEN, "fp16", 773, 2);
    assertThat(finding("gsm8k-over-mmlu").verdict()).isEqualTo(Verdict.NOT_TESTABLE);
    add("mmlu", QWEN, "fp16", 100, 0.5);
    assertThat(finding("gsm8k-over-mmlu").verdict()).isEqualTo(Verdict.SUPPORTED);
  }

  @Test
  void aCheckpointIsNotHeldAgainstSeededWeights() {
    TaskResult seeded = result("mmlu", QWEN, "fp32", "1", "measured", "NVIDIA L40S", 100, 0.5, 700);
    TaskResult fp16 = result("mmlu", QWEN, "fp16", "1", "measured", "NVIDIA L40S", 84, 0.5, 700);
    TaskResult gsm8k = result("gsm8k", QWEN, "fp32", "1", "measured", "NVIDIA L40S", 773, 2, 1200);
    TaskResult ampere =
        result("mmlu", QWEN, "fp32", "1", "measured", "NVIDIA A100-PCIE-40GB", 160, 1, 700);
    results.addAll(List.of(seeded, own(fp16), own(gsm8k), own(ampere)));
    for (String id : List.of("fp16-saving", "joint-choice", "gsm8k-over-mmlu", "ada-over-ampere")) {
      assertThat(finding(id).verdict()).as(id).isEqualTo(Verdict.NOT_TESTABLE);
    }
    results.add(own(seeded));
    assertThat(finding("fp16-saving").verdict()).isEqualTo(Verdict.SUPPORTED);
    assertThat(finding("fp16-saving").evidence().get(0).setting())
        .contains("qwen2.5-7b (checkpoint), fp16");
    assertThat(finding("gsm8k-over-mmlu").evidence()).hasSize(1);
    assertThat(finding("ada-over-ampere").evidence()).hasSize(1);
  }

  @Test
  void cardsOfOneNameHaveSensorsOfTheirOwn() {
    TaskResult fp32 = result("mmlu", QWEN, "fp32", "1", "measured", "NVIDIA H200", 100, 0.5, 700);
    TaskResult int8 =
        result("mmlu", QWEN, "int8-sym", "1", "measured", "NVIDIA H200", 75, 0.5, 700);
    results.addAll(List.of(on("GPU-1", fp32), on("GPU-1", int8)));
    assertThat(finding("int8-saving").evidence().get(0).measured()).contains("saves 25.0 ± 0.6 %");
    assertThat(finding("int8-saving").evidence().get(0).setting()).endsWith("NVIDIA H200");
    results.set(1, on("GPU-2", int8));
    // 100 · 0.75 · √(2 · 0.05²) beside the 0.6 that the runs themselves leave open.
    Evidence across = finding("int8-saving").evidence().get(0);
    assertThat(across.measured()).contains("saves 25.0 ± 5.3 %");
    assertThat(across.setting()).endsWith("NVIDIA H200, two cards");
    // A file that does not say which card it was may be of the same.
    results.set(1, int8);
    assertThat(finding("int8-saving").evidence().get(0).measured()).contains("± 0.6 %");
  }

  private static TaskResult decoding(TaskResult of) {
    return with(of, of.checkpoint(), "131", of.sensor().card());
  }

  private static TaskResult on(String card, TaskResult of) {
    return with(of, of.checkpoint(), of.decoded(), card);
  }

  private static TaskResult own(TaskResult of) {
    return with(of, "/models/" + of.model(), of.decoded(), of.sensor().card());
  }

  private static TaskResult with(TaskResult of, String checkpoint, String decoded, String card) {
    return new TaskResult(
        of.task(),
        of.model(),
        checkpoint,
        of.strategy(),
        of.batch(),
        of.depth(),
        of.items(),
        decoded,
        new Sensor(of.device(), card, of.sensor().gainError()),
        of.energyKind(),
        of.wattHours(),
        of.hours(),
        of.score(),
        of.scoreSource(),
        of.eor(),
        of.tweor(),
        of.itemTokens());
  }

  private void add(String task, String model, String strategy, double wattHours, double halfWidth) {
    results.add(
        result(task, model, strategy, "1", "measured", "NVIDIA H200", wattHours, halfWidth, 700));
  }

  private static TaskResult result(
      String task,
      String model,
      String strategy,
      String batch,
      String kind,
      String device,
      double wattHours,
      double halfWidth,
      double tokens) {
    return new TaskResult(
        task,
        model,
        TaskResult.SEEDED,
        strategy,
        batch,
        "model",
        "16",
        "auto",
        new Sensor(device, "", Double.NaN),
        kind,
        new Interval(wattHours, halfWidth),
        1,
        0.7,
        "published",
        0.7 / wattHours,
        0.7 / wattHours / 3600,
        tokens);
  }

  private Finding finding(String id) {
    Map<String, Finding> findings =
        new StudyCheck(Study.published(), results)
            .findings().stream()
                .collect(Collectors.toMap(finding -> finding.claim().id(), Function.identity()));
    Finding found = findings.get(id);
    if (found == null) {
      throw new IllegalArgumentException(id);
    }
    return found;
  }
}
