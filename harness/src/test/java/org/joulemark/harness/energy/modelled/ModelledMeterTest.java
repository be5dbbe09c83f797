package org.joulemark.harness.energy.modelled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.joulemark.harness.energy.EnergyException;
import org.joulemark.harness.energy.EnergyKind;
import org.junit.jupiter.api.Test;

class ModelledMeterTest {
  private long nanos;
  private long cpu;

  @Test
  void energyFollowsTheStatedModel() {
    ModelledMeter meter = new ModelledMeter(new PowerModel(8, 1, 5), () -> nanos, () -> cpu);
    double before = meter.readJoules();
    nanos += 10_000_000_000L;
    cpu += 25_000_000_000L;
    // Eight idle processors for 10 s, and 2.5 busy ones on top.
    assertThat(meter.readJoules() - before).isCloseTo(8 * 1 * 10 + 25 * (5 - 1), within(1e-9));
    assertThat(meter.info().kind()).isEqualTo(EnergyKind.MODELLED);
    assertThat(meter.info().gainError()).isEqualTo(0.5);
  }

  @Test
  void thisProcessHasAClock() {
    ModelledMeter meter = new ModelledMeter(PowerModel.ofThisHost());
    double before = meter.readJoules();
    long end = System.nanoTime() + 200_000_000;
    double sink = 1;
    while (System.nanoTime() < end) {
      sink = Math.sqrt(sink + 1);
    }
    double seconds = 0.2;
    double idle = Runtime.getRuntime().availableProcessors() * 0.74 * seconds;
    assertThat(sink).isPositive();
    assertThat(meter.readJoules() - before).isGreaterThan(idle + 0.05);
  }

  @Test
  void aJvmWithoutProcessorTimeIsUnsupported() {
    ModelledMeter meter = new ModelledMeter(new PowerModel(1, 1, 2), () -> 0, () -> -1);
    assertThatThrownBy(meter::readJoules).isInstanceOf(EnergyException.class);
  }

  @Test
  void anImpossibleModelIsRefused() {
    assertThatThrownBy(() -> new PowerModel(1, 3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cpu-idle-watts");
    assertThatThrownBy(() -> new PowerModel(1, Double.NaN, 2))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
