package org.joulemark.harness.energy.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.joulemark.harness.energy.EnergyScope;
import org.joulemark.harness.energy.EnergyStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaplMeterTest {
  private final Path root;

  RaplMeterTest(@TempDir Path root) {
    this.root = root;
  }

  private Path zone(Path folder, String name, long range, long energy) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("name"), name + "\n");
    Files.writeString(folder.resolve("max_energy_range_uj"), range + "\n");
    Files.writeString(folder.resolve("energy_uj"), energy + "\n");
    return folder.resolve("energy_uj");
  }

  @Test
  void packagesAndMemoryAreSummedAndNothingElse() throws IOException {
    Path first = zone(root.resolve("intel-rapl:0"), "package-0", 1_000_000_000, 5_000_000);
    zone(root.resolve("intel-rapl:0/intel-rapl:0:0"), "core", 1_000_000_000, 77_000_000);
    Path dram = zone(root.resolve("intel-rapl:0/intel-rapl:0:1"), "dram", 500_000_000, 2_000_000);
    Path second = zone(root.resolve("intel-rapl:1"), "package-1", 1_000_000_000, 1_000_000);
    zone(root.resolve("intel-rapl:2"), "psys", 1_000_000_000, 9_000_000);
    zone(root.resolve("intel-rapl-mmio:0"), "package-0", 1_000_000_000, 5_000_000);
    // The kernel shows the parts a second time beside their package.
    zone(root.resolve("intel-rapl:0:1"), "dram", 500_000_000, 2_000_000);
    try (RaplMeter meter = RaplMeter.open(root)) {
      assertThat(meter.info().kind()).isEqualTo(EnergyKind.MEASURED);
      assertThat(meter.info().scope()).isEqualTo(EnergyScope.CPU_PACKAGE_AND_DRAM);
      assertThat(meter.info().domain()).isEqualTo("package-0+dram+package-1");
      double before = meter.readJoules();
      Files.writeString(first, "6500000\n");
      Files.writeString(dram, "2250000\n");
      Files.writeString(second, "1125000\n");
      assertThat(meter.readJoules() - before).isCloseTo(1.5 + 0.25 + 0.125, within(1e-9));
    }
  }

  @Test
  void aCounterThatTurnsGoesOn() throws IOException {
    Path file = zone(root.resolve("intel-rapl:0"), "package-0", 1_000_000, 900_000);
    try (RaplMeter meter = RaplMeter.open(root)) {
      double before = meter.readJoules();
      Files.writeString(file, "100000\n");
      assertThat(meter.readJoules() - before).isCloseTo(0.2, within(1e-9));
      Files.writeString(file, "50000\n");
      assertThat(meter.readJoules() - before).isCloseTo(1.15, within(1e-9));
    }
  }

  @Test
  void noCounterIsUnsupported() {
    assertThatThrownBy(() -> RaplMeter.open(root.resolve("nowhere")))
        .isInstanceOfSatisfying(
            EnergyException.class, e -> assertThat(e.status()).isEqualTo(EnergyStatus.UNSUPPORTED))
        .hasMessageContaining("no RAPL counter");
  }

  @Test
  void withheldPermissionIsNamed() throws IOException {
    zone(root.resolve("intel-rapl:0"), "package-0", 1_000_000, 900_000);
    PowercapFiles withheld =
        file -> {
          if (file.endsWith("energy_uj")) {
            throw new AccessDeniedException(file.toString());
          }
          return Files.readString(file).strip();
        };
    assertThatThrownBy(() -> RaplMeter.open(root, withheld))
        .isInstanceOf(EnergyException.class)
        .hasCauseInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("may not be read");
  }

  @Test
  void aCounterThatIsNoNumberIsLost() throws IOException {
    Path file = zone(root.resolve("intel-rapl:0"), "package-0", 1_000_000, 900_000);
    try (RaplMeter meter = RaplMeter.open(root)) {
      Files.writeString(file, "garbage\n");
      assertThatThrownBy(meter::readJoules)
          .isInstanceOfSatisfying(
              EnergyException.class, e -> assertThat(e.status()).isEqualTo(EnergyStatus.LOST))
          .hasMessageContaining("package-0");
    }
  }
}
