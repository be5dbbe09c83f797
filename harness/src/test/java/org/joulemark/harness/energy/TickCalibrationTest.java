package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TickCalibrationTest {
  private long nanos;

  private TickCalibration calibrate(DoubleSupplier counter, double latencyMs) {
    return TickCalibration.of(
        "GPU-x",
        () -> {
          nanos += Math.round(latencyMs * 1e6);
          return counter.getAsDouble();
        },
        () -> nanos);
  }

  @ParameterizedTest
  @CsvSource({"10,5", "20,5", "100,4", "100,0.03", "50,1"})
  void theTickIsFound(double tickMs, double latencyMs) {
    TickCalibration found = calibrate(() -> Math.floor(nanos / (tickMs * 1e6)), latencyMs);
    assertThat(found.tickSeconds() * 1e3).isCloseTo(tickMs, within(tickMs * 0.012));
    assertThat(found.readingSeconds() * 1e3).isCloseTo(latencyMs, within(1e-6));
    // Short enough for the set-up of a fork.
    assertThat(nanos * 1e-9).isLessThan(0.9);
  }

  @Test
  void faultsAreNamed() {
    assertThatThrownBy(() -> calibrate(() -> 7, 1))
        .isInstanceOfSatisfying(
            EnergyException.class, e -> assertThat(e.status()).isEqualTo(EnergyStatus.STUCK))
        .hasMessageContaining("GPU-x");
    assertThatThrownBy(() -> calibrate(() -> -nanos, 1))
        .isInstanceOfSatisfying(
            EnergyException.class, e -> assertThat(e.status()).isEqualTo(EnergyStatus.RESET));
  }
}
