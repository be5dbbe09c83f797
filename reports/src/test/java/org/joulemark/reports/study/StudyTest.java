package org.joulemark.reports.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StudyTest {
  private final Study study = Study.published();

  @Test
  void everyEorFollowsFromScoreAndEnergy() {
    assertThat(study.mmlu())
        .hasSize(8)
        .allSatisfy(
            row ->
                // Printed with four decimals.
                assertThat(row.accuracyPercent() / 100 / row.wattHours())
                    .isCloseTo(row.eor(), within(0.5e-4 + 1e-9)));
  }

  @Test
  void everySavingFollowsFromTheEnergies() {
    for (Study.MmluRow row : study.mmlu()) {
      Double saving = row.savingPercent();
      if (saving != null) {
        double baseline = study.wattHours("mmlu", row.model(), "fp32").orElseThrow();
        assertThat(100 * (1 - row.wattHours() / baseline)).isCloseTo(saving, within(0.06));
      }
    }
  }

  @Test
  void theTaskTableAgreesWithThatOfMmlu() {
    Study.TaskRow mmlu =
        study.tasks().stream().filter(row -> row.task().equals("mmlu")).findFirst().orElseThrow();
    assertThat(mmlu.fp32WattHours()).isEqualTo(study.mmlu().get(0).wattHours());
    assertThat(mmlu.int8WattHours()).isEqualTo(study.mmlu().get(1).wattHours());
    assertThat(mmlu.fp16WattHours()).isEqualTo(study.mmlu().get(2).wattHours());
  }

  @Test
  void findsThePublishedEnergyUnderThisSuitesNames() {
    assertThat(study.wattHours("gsm8k", "qwen2.5-7b", "int8-sym")).hasValue(262.25);
    assertThat(study.wattHours("gsm8k", "qwen2.5-7b", "fp16")).hasValue(278.91);
    assertThat(study.wattHours("mmlu", "deepseek-r1-distill-qwen-7b", "dynamic")).hasValue(35.47);
    assertThat(study.wattHours("gsm8k", "yi-6b", "fp16")).isEmpty();
    assertThat(study.wattHours("gsm8k", "qwen2.5-7b", "fp8")).isEmpty();
  }

  @Test
  void printsItsTables() {
    assertThat(StudyText.tables(study))
        .contains("42.29")
        .contains("0.0224")
        .contains("326.95")
        .contains("RTX 4060 Ti")
        .contains("+40 %")
        .contains("int8-saving: INT8 saves 25 %");
  }
}
