package org.joulemark.harness.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuCatalogueTest {
  private final GpuCatalogue catalogue = GpuCatalogue.standard();

  @ParameterizedTest
  @CsvSource({
    "NVIDIA H200, H200 SXM",
    "NVIDIA H100 80GB HBM3, H100 SXM",
    "Tesla V100-SXM2-32GB, V100 SXM2",
    "Tesla V100-PCIE-32GB, V100 PCIe",
    "NVIDIA A100-PCIE-40GB, A100 PCIe 40GB",
    "NVIDIA GeForce RTX 3090 Ti, RTX 3090 Ti",
    "NVIDIA GeForce RTX 4090, RTX 4090",
    "NVIDIA GeForce RTX 4060 Ti, RTX 4060 Ti 16GB",
    "NVIDIA L40S, L40S",
    "NVIDIA L4, L4",
    "Tesla T4, T4",
    "NVIDIA B200, B200",
    "NVIDIA GeForce RTX 5090, RTX 5090"
  })
  void findsAGpuByTheNameThatItsDriverGives(String deviceName, String entry) {
    assertThat(catalogue.find(deviceName).map(GpuSpec::name)).contains(entry);
  }

  @ParameterizedTest
  @CsvSource({
    "NVIDIA GeForce RTX 3090",
    "NVIDIA GeForce RTX 4090 D",
    "NVIDIA GeForce RTX 4090 Laptop GPU",
    "NVIDIA GeForce RTX 5090 Laptop GPU",
    "NVIDIA H100 PCIe",
    "NVIDIA H100 NVL",
    "NVIDIA H100 80GB HBM3 MIG 1g.10gb",
    "NVIDIA H200 NVL",
    "NVIDIA GH200 480GB",
    "NVIDIA GB200",
    "NVIDIA A100-PCIE-80GB",
    "NVIDIA A100-SXM4-40GB",
    "NVIDIA T400 4GB",
    "Tesla V100S-PCIE-32GB",
    "NVIDIA L40",
    "Radeon"
  })
  void doesNotTakeOneGpuForAnother(String deviceName) {
    assertThat(catalogue.find(deviceName)).isEqualTo(Optional.empty());
  }

  @Test
  void tensorRateOfHopperFollowsFromItsClockAndUnits() {
    GpuSpec h100 = catalogue.find("NVIDIA H100 80GB HBM3").orElseThrow();
    // 1024 dense FP16 multiply-adds a cycle and multiprocessor, at the tensor clock of 1830 MHz.
    assertThat(h100.peakOpsPerSecond("FP16")).isCloseTo(132 * 4096 * 2 * 0.5 * 1830e6, within(2));
    assertThat(h100.peakOpsPerSecond("INT4")).isNaN();
  }

  private static org.assertj.core.data.Percentage within(int percent) {
    return org.assertj.core.data.Percentage.withPercentage(percent);
  }
}
