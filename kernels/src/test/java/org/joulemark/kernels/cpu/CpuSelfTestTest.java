package org.joulemark.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.joulemark.kernels.engine.Engine;
import org.joulemark.kernels.engine.EngineOptions;
import org.joulemark.kernels.quant.Precision;
import org.joulemark.kernels.selftest.EngineSelfTest;
import org.joulemark.kernels.selftest.SelfTestRow;
import org.junit.jupiter.api.Test;

/** The checks that users run on their hardware, on this machine's CPU. */
class CpuSelfTestTest {

  @Test
  void everyCheckOfAPrecisionThatThisCpuHasPasses() {
    CpuEngineProvider provider = new CpuEngineProvider();
    List<SelfTestRow> rows;
    try (Engine engine = provider.open(EngineOptions.DEFAULT)) {
      rows = new EngineSelfTest(engine, provider.gemmDefaults("auto"), 1, row -> {}).run();
    }
    assertThat(rows)
        .noneSatisfy(row -> assertThat(row.verdict()).isEqualTo(SelfTestRow.Verdict.FAILED));
    for (Precision precision : Precision.values()) {
      Optional<String> reason = CpuIsa.effective().whyNot(precision);
      assertThat(rows)
          .filteredOn(row -> row.name().startsWith("gemm onednn " + precision + " "))
          .filteredOn(row -> !row.name().endsWith(" graph"))
          .isNotEmpty()
          .allSatisfy(
              row -> {
                assertThat(row.verdict())
                    .isEqualTo(
                        reason.isEmpty()
                            ? SelfTestRow.Verdict.PASSED
                            : SelfTestRow.Verdict.UNSUPPORTED);
                reason.ifPresent(sentence -> assertThat(row.detail()).contains(sentence));
              });
    }
    assertThat(rows)
        .filteredOn(row -> row.name().startsWith("NaN in an operand"))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.verdict()).isEqualTo(SelfTestRow.Verdict.PASSED));
  }
}
