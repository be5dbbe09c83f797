package org.joulemark.harness.energy.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.modelled.PowerModel;
import org.joulemark.harness.energy.nvml.FakeNvml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergySourcesTest {
  private final Path powercap;

  EnergySourcesTest(@TempDir Path powercap) {
    this.powercap = powercap;
  }

  private SourceSettings settings(Method method) {
    return new SourceSettings(
        method,
        Double.NaN,
        List.of(),
        false,
        null,
        powercap + "/no.so",
        PowerModel.ofThisHost(),
        powercap);
  }

  private void addPackage() throws IOException {
    Path zone = Files.createDirectories(powercap.resolve("intel-rapl:0"));
    Files.writeString(zone.resolve("name"), "package-0\n");
    Files.writeString(zone.resolve("max_energy_range_uj"), "262143328850\n");
    Files.writeString(zone.resolve("energy_uj"), "12345\n");
  }

  @Test
  void aProcessorIsModelledOnlyWhereItHasNoCounter() throws IOException {
    try (EnergyWindow window = EnergySources.open(settings(Method.AUTO), "cpu")) {
      assertThat(window.meter().kind()).isEqualTo(EnergyKind.MODELLED);
    }
    addPackage();
    try (EnergyWindow window = EnergySources.open(settings(Method.AUTO), "cpu")) {
      assertThat(window.meter().kind()).isEqualTo(EnergyKind.MEASURED);
    }
  }

  @Test
  void whatIsAskedForByNameIsNotReplaced() {
    assertThatThrownBy(() -> EnergySources.open(settings(Method.RAPL), "cpu"))
        .isInstanceOf(EnergyException.class);
  }

  @Test
  void aGpuIsNeverAnsweredWithAProcessorsSource() {
    assertThatThrownBy(() -> EnergySources.open(settings(Method.AUTO), "cuda:GPU-1"))
        .isInstanceOf(EnergyException.class)
        .hasMessageContaining("NVML is not on this host");
  }

  @Test
  void aMethodForTheOtherDeviceIsRefused() {
    assertThatThrownBy(() -> EnergySources.open(settings(Method.MODELLED), "cuda:GPU-1"))
        .hasMessageContaining("is for processors");
    assertThatThrownBy(() -> EnergySources.open(settings(Method.COUNTER), "cpu"))
        .hasMessageContaining("is for GPUs");
    assertThatThrownBy(() -> EnergySources.open(settings(Method.AUTO), "tpu:0"))
        .hasMessageContaining("tpu:0");
  }

  @Test
  void theExaminationOfGpusSaysWhatIsThere() throws Exception {
    List<Finding> none = EnergySources.examineNvml(powercap.resolve("no.so").toString());
    assertThat(none).singleElement().satisfies(f -> assertThat(f.remedy()).contains("driver"));
    String script = "devices 3";
    String library = FakeNvml.build(script, "1.energy 3", "2.mig 1").toString();
    List<Finding> found = EnergySources.examineNvml(library);
    assertThat(found)
        .extracting(Finding::state)
        .containsExactly(
            Finding.State.OK, Finding.State.OK, Finding.State.ABSENT, Finding.State.MISSING);
    assertThat(found.get(0).detail()).contains("driver 580.00.fake");
    assertThat(EnergySources.gpuFacts(library))
        .containsEntry("driver.version", "580.00.fake")
        .containsEntry("gpu1.uuid", "GPU-fake-1")
        .containsEntry("gpu0.clock.sm.mhz", "1980")
        .containsEntry("gpu0.power.limit.watts", "700")
        .containsEntry("gpu2.mig", "true")
        // The fake does not offer it, so it is not there.
        .doesNotContainKey("gpu0.power.limit.default.watts");
    assertThat(EnergySources.gpuFacts(powercap.resolve("no.so").toString())).isEmpty();
    assertThat(found.get(3).remedy()).contains("nvidia-smi -mig 0");
  }

  @Test
  void theExaminationSaysWhatIsThere() throws IOException {
    assertThat(EnergySources.examineRapl(powercap).state()).isEqualTo(Finding.State.ABSENT);
    addPackage();
    Finding found = EnergySources.examineRapl(powercap);
    assertThat(found.state()).isEqualTo(Finding.State.OK);
    assertThat(found.detail()).isEqualTo("package-0");
    assertThat(EnergySources.examine()).isNotEmpty();
  }
}
