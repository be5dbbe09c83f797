package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.joulemark.harness.Undisturbed.undisturbed;

import java.util.List;
import org.joulemark.harness.metrics.Metric;
import org.junit.jupiter.api.Test;

class CombinedWindowsTest {
  private final long origin = System.nanoTime();
  private volatile double joulesBefore;
  private volatile double watts = 80;
  private volatile long since = origin;

  private double joules() {
    return joulesBefore + watts * (System.nanoTime() - since) * 1e-9;
  }

  private void draw(double newWatts) {
    joulesBefore = joules();
    since = System.nanoTime();
    watts = newWatts;
  }

  private WholeWindow meter(MeterInfo info) {
    return new WholeWindow(new FakeMeter(info, this::joules), System::nanoTime);
  }

  private static double detail(EnergyWindow window, String name) {
    return window.details().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void netOfIdleIsWhatComesOnTop() throws Exception {
    undisturbed(
        () -> {
          draw(80);
          NetWindow window = new NetWindow(meter(FakeMeter.counter(0, 0)), 0.02, 0.1);
          window.open(() -> (System.nanoTime() - origin) / 1_000_000);
          draw(300);
          Thread.sleep(300);
          WindowResult result = window.read();
          assertThat(detail(window, "idle.power")).isCloseTo(80, within(0.5));
          assertThat(result.energyJoules() / result.timeSeconds()).isCloseTo(220, within(4.0));
          assertThat(result.uncertaintyJoules()).isPositive();
        });
  }

  @Test
  void workThatDrawsNoMoreThanIdleHasNoNetFigure() throws Exception {
    undisturbed(
        () -> {
          draw(80);
          NetWindow window = new NetWindow(meter(FakeMeter.counter(0, 0)), 0, 0.1);
          window.open(() -> (System.nanoTime() - origin) / 1_000_000);
          draw(60);
          Thread.sleep(100);
          assertThat(window.read().status()).isEqualTo(EnergyStatus.TOO_SHORT);
          assertThat(window.read().reason()).contains("idle baseline");
        });
  }

  @Test
  void aBaselineThatFailsIsSaid() {
    WholeWindow lost =
        new WholeWindow(
            new FakeMeter(
                FakeMeter.counter(0, 0),
                () -> {
                  throw new EnergyException(EnergyStatus.LOST, "It is gone.");
                }),
            System::nanoTime);
    assertThatThrownBy(() -> new NetWindow(lost, 0, 0.01).open(() -> 0))
        .isInstanceOf(EnergyException.class)
        .hasMessageContaining("idle baseline could not be measured")
        .hasMessageContaining("It is gone.");
  }

  @Test
  void eachOfSeveralDevicesIsNetOfItsOwnIdle() throws Exception {
    undisturbed(
        () -> {
          draw(80);
          WholeWindow resting =
              new WholeWindow(
                  new FakeMeter(
                      FakeMeter.counter(0, 0), () -> 50 * (System.nanoTime() - origin) * 1e-9),
                  System::nanoTime);
          NetWindow window =
              new NetWindow(
                  new WithProcessorWindow(
                      new SumWindow(List.of(meter(FakeMeter.counter(0, 0)), resting)), null, ""),
                  0.02,
                  0.1);
          window.open(() -> (System.nanoTime() - origin) / 1_000_000);
          draw(300);
          Thread.sleep(300);
          WindowResult result = window.read();
          assertThat(detail(window, "idle.power")).isCloseTo(130, within(0.5));
          assertThat(detail(window, "gpu0.idle.power")).isCloseTo(80, within(0.5));
          assertThat(detail(window, "gpu1.idle.power")).isCloseTo(50, within(0.5));
          assertThat(detail(window, "gpu0.power")).isCloseTo(220, within(4.0));
          // One that has no part in the work has nothing left, and hinders nobody.
          assertThat(detail(window, "gpu1.power")).isCloseTo(0, within(0.5));
          assertThat(detail(window, "gpu0.energy") + detail(window, "gpu1.energy"))
              .isCloseTo(result.energyJoules() / result.units(), within(1e-9));
        });
  }

  @Test
  void gpuAndProcessorAreSummedWhereBothAreMeasured() throws Exception {
    undisturbed(
        () -> {
          WithProcessorWindow window =
              new WithProcessorWindow(
                  meter(FakeMeter.counter(0, 0)), meter(FakeMeter.counter(0, 0)), "");
          window.open(() -> (System.nanoTime() - origin) / 1_000_000);
          Thread.sleep(200);
          WindowResult result = window.read();
          double gpu = result.energyJoules() / result.units();
          assertThat(gpu).isCloseTo(0.08, within(0.001));
          assertThat(detail(window, "energy.cpu")).isCloseTo(0.08, within(0.001));
          assertThat(detail(window, "energy.process"))
              .isCloseTo(gpu + detail(window, "energy.cpu"), within(1e-12));
        });
  }

  @Test
  void withoutAMeasuredProcessorThereIsNoSumButAReason() throws InterruptedException {
    WithProcessorWindow window =
        new WithProcessorWindow(meter(FakeMeter.counter(0, 0)), null, "No RAPL.");
    window.open(() -> (System.nanoTime() - origin) / 1_000_000);
    Thread.sleep(100);
    assertThat(window.read().ok()).isTrue();
    assertThat(detail(window, "energy.process")).isNaN();
    assertThat(window.remarks()).containsEntry("energy.process", "No RAPL.");
  }
}
