package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WholeWindowTest {
  private long nanos;
  private double joules;
  private long units;

  private WholeWindow window(double tick, double quantum) {
    return new WholeWindow(
        new FakeMeter(FakeMeter.counter(tick, quantum), () -> joules), () -> nanos);
  }

  private void pass(double seconds, double moreJoules, long moreUnits) {
    nanos += Math.round(seconds * 1e9);
    joules += moreJoules;
    units += moreUnits;
  }

  @Test
  void givesEnergyTimeAndUnitsBetweenTheEnds() {
    pass(3, 17, 5);
    WholeWindow window = window(0.001, 0.01);
    window.open(() -> units);
    pass(2, 100, 40);
    WindowResult result = window.read();
    assertThat(result.status()).isEqualTo(EnergyStatus.OK);
    assertThat(result.energyJoules()).isCloseTo(100, within(1e-9));
    assertThat(result.timeSeconds()).isCloseTo(2, within(1e-9));
    assertThat(result.units()).isEqualTo(40);
    // Two ticks of 1 ms at 50 W and two quanta of 10 mJ, each spread evenly.
    double expected = Math.sqrt(2 * (0.05 * 0.05 + 0.01 * 0.01) / 12);
    assertThat(result.uncertaintyJoules()).isCloseTo(expected, within(1e-9));
  }

  @Test
  void aLongerWindowIsMoreCertainPerUnit() {
    WholeWindow window = window(0.001, 0.01);
    window.open(() -> units);
    pass(1, 50, 20);
    double early = window.read().relativeUncertainty();
    pass(1, 50, 20);
    assertThat(window.read().relativeUncertainty()).isCloseTo(early / 2, within(1e-9));
  }

  @Test
  void everyFaultHasItsStateAndSentence() {
    WholeWindow reset = window(0.001, 0.01);
    reset.open(() -> units);
    pass(1, -5, 3);
    assertFailed(reset.read(), EnergyStatus.RESET, "went back");

    WholeWindow stuck = window(0.001, 0.01);
    stuck.open(() -> units);
    pass(1, 0, 3);
    assertFailed(stuck.read(), EnergyStatus.STUCK, "did not move");

    WholeWindow idle = window(0.001, 0.01);
    idle.open(() -> units);
    pass(1, 5, 0);
    assertFailed(idle.read(), EnergyStatus.TOO_SHORT, "No work unit");

    WholeWindow brief = window(0.01, 0.01);
    brief.open(() -> units);
    pass(0.02, 5, 3);
    assertFailed(brief.read(), EnergyStatus.TOO_SHORT, "at least 3 ticks of 0.010 s");

    assertFailed(window(0.001, 0.01).read(), EnergyStatus.TOO_SHORT, "No energy window was open");
  }

  @Test
  void aMeterThatFailsGivesItsStatus() {
    WholeWindow lost =
        new WholeWindow(
            new FakeMeter(
                FakeMeter.counter(0.001, 0.01),
                () -> {
                  throw new EnergyException(EnergyStatus.LOST, "It is gone.");
                }),
            () -> nanos);
    lost.open(() -> units);
    assertFailed(lost.read(), EnergyStatus.LOST, "It is gone.");
  }

  @Test
  void closingFreesTheMeter() {
    FakeMeter meter = new FakeMeter(FakeMeter.counter(0.001, 0.01), () -> 0);
    new WholeWindow(meter, () -> nanos).close();
    assertThat(meter.closed()).isTrue();
  }

  private static void assertFailed(WindowResult result, EnergyStatus status, String sentence) {
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.reason()).contains(sentence);
    assertThat(result.energyJoules()).isNaN();
    assertThat(result.units()).isNaN();
    assertThat(result.uncertaintyJoules()).isNaN();
  }
}
