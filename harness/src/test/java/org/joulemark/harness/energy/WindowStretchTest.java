package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WindowStretchTest {
  private long nanos;
  private long units;
  private int batches;

  /** Power is 100 W and a unit takes a tenth of a second. */
  private WholeWindow window() {
    MeterInfo info = FakeMeter.counter(0.1, 0);
    return new WholeWindow(new FakeMeter(info, () -> nanos * 1e-9 * 100), () -> nanos);
  }

  private void batch() {
    batches++;
    units += 5;
    nanos += 500_000_000;
  }

  @Test
  void worksUntilTheTargetIsReachedAndNoLonger() {
    WholeWindow window = window();
    window.open(() -> units);
    batch();
    WindowResult result = WindowStretch.untilResolved(window, this::batch, 0.01, 100, () -> nanos);
    assertThat(result.relativeUncertainty()).isLessThanOrEqualTo(0.01);
    assertThat(result.energyJoules() / result.units()).isCloseTo(10, within(1e-9));
    // Two ticks of 0.1 s, evenly spread: 41 ms, so 1 % takes 4.1 s, nine batches.
    assertThat(batches).isEqualTo(9);
  }

  @Test
  void theCapEndsItAndTheFigureIsWithheld() {
    WholeWindow window = window();
    window.open(() -> units);
    batch();
    WindowResult result = WindowStretch.untilResolved(window, this::batch, 0.001, 3, () -> nanos);
    assertThat(result.status()).isEqualTo(EnergyStatus.TOO_SHORT);
    assertThat(result.reason()).contains("0.10 % was asked for");
    assertThat(result.energyJoules()).isNaN();
    assertThat(batches).isEqualTo(7);
  }

  @Test
  void aFaultIsNotWorkedOn() {
    WholeWindow window =
        new WholeWindow(new FakeMeter(FakeMeter.counter(0.1, 0), () -> -nanos), () -> nanos);
    window.open(() -> units);
    batch();
    WindowResult result = WindowStretch.untilResolved(window, this::batch, 0.01, 100, () -> nanos);
    assertThat(result.status()).isEqualTo(EnergyStatus.RESET);
    assertThat(batches).isEqualTo(1);
  }

  private final class Warming extends Warmth {
    private final double perSecond;
    private final double most;

    Warming(double perSecond, double most) {
      this.perSecond = perSecond;
      this.most = most;
    }

    @Override
    public double temperatureCelsius() {
      // Sensors show whole degrees.
      return Math.floor(Math.min(most, 40 + perSecond * nanos * 1e-9));
    }
  }

  @Test
  void settlingEndsWhenTheTemperatureIsLevel() {
    double seconds = WindowStretch.untilLevel(new Warming(2, 70), this::batch, 300, () -> nanos);
    // Warm after 15 s, level ten seconds later.
    assertThat(seconds).isBetween(23.0, 27.0);
  }

  @Test
  void settlingEndsAtItsCap() {
    double seconds = WindowStretch.untilLevel(new Warming(1, 400), this::batch, 30, () -> nanos);
    assertThat(seconds).isBetween(30.0, 30.6);
  }

  @Test
  void withoutAThermometerNothingIsWaitedFor() {
    assertThat(WindowStretch.untilLevel(window(), this::batch, 30, () -> nanos)).isNaN();
    assertThat(batches).isZero();
  }
}
