package org.joulemark.harness.energy.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyWindow;
import org.joulemark.harness.energy.modelled.PowerModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergySourcesTest {
  private final Path powercap;

  EnergySourcesTest(@TempDir Path powercap) {
    this.powercap = powercap;
  }

  private SourceSettings settings(Method method) {
    return new SourceSettings(method, PowerModel.ofThisHost(), powercap);
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
        .hasMessageContaining("cuda:GPU-1");
  }

  @Test
  void theExaminationSaysWhatIsThere() throws IOException {
    assertThat(EnergySources.examineRapl(settings(Method.AUTO)).state())
        .isEqualTo(Finding.State.ABSENT);
    addPackage();
    Finding found = EnergySources.examineRapl(settings(Method.AUTO));
    assertThat(found.state()).isEqualTo(Finding.State.OK);
    assertThat(found.detail()).isEqualTo("package-0");
    assertThat(EnergySources.examine()).isNotEmpty();
  }
}
