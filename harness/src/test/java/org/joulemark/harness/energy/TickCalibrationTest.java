package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TickCalibrationTest {
  private long nanos;

  private double calibrate(DoubleSupplier counter, double latencyMs) {
    return TickCalibration.tickSeconds(
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
    double found = calibrate(() -> Math.floor(nanos / (tickMs * 1e6)), latencyMs);
    assertThat(found * 1e3).isCloseTo(tickMs, within(tickMs * 0.012));
    // Short enough for the set-up of a fork.
    assertThat(nanos * 1e-9).isLessThan(0.9);
  }

  @Test
  void edgesThatWereMissedDoNotStretchTheTick() {
    Random random = new Random(5);
    double found =
        calibrate(
            () -> {
              // Now and then this thread does not run for some ticks.
              nanos += random.nextInt(120) == 0 ? 10_000_000L + random.nextInt(30_000_000) : 0;
              return Math.floor(nanos / 10e6);
            },
            0.5);
    assertThat(found).isCloseTo(0.010, within(0.0007));
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
