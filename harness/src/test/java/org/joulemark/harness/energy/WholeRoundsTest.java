package org.joulemark.harness.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.joulemark.harness.Undisturbed.undisturbed;

import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows over units that draw different powers, and repeat. */
class WholeRoundsTest {
  /** Seconds of each item: of a prompt at one power, and of decoding at another. */
  private static final double[] PROMPT = {0.30, 0.02, 0.24, 0.06};

  private static final double[] DECODE = {0.02, 0.24, 0.04, 0.32};
  private static final double PROMPT_WATTS = 700;
  private static final double DECODE_WATTS = 300;
  private static final double ROUND_SECONDS = sum(PROMPT) + sum(DECODE);
  private static final double ROUND_JOULES =
      PROMPT_WATTS * sum(PROMPT) + DECODE_WATTS * sum(DECODE);
  private static final double TICK_SECONDS = 0.1;

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /** Energy after so many seconds of the work. */
  private static double joules(double seconds) {
    double rounds = Math.floor(seconds / ROUND_SECONDS);
    double left = seconds - rounds * ROUND_SECONDS;
    double joules = rounds * ROUND_JOULES;
    for (int i = 0; i < PROMPT.length; i++) {
      double prompt = Math.min(left, PROMPT[i]);
      double decode = Math.min(left - prompt, DECODE[i]);
      joules += PROMPT_WATTS * prompt + DECODE_WATTS * decode;
      left -= prompt + decode;
    }
    return joules;
  }

  /** Items ended after so many seconds of the work. */
  private static long items(double seconds) {
    long rounds = (long) Math.floor(seconds / ROUND_SECONDS);
    double left = seconds - rounds * ROUND_SECONDS;
    long items = rounds * PROMPT.length;
    for (int i = 0; i < PROMPT.length; i++) {
      left -= PROMPT[i] + DECODE[i];
      items += left >= 0 ? 1 : 0;
    }
    return items;
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }

  private static double latched(double seconds) {
    return Math.round(joules(Math.floor(seconds / TICK_SECONDS) * TICK_SECONDS) * 1e3) * 1e-3;
  }

  /** Works so long from a phase of the round, over a counter that ticks. */
  private static WindowResult window(int round, double seconds, double phaseSeconds)
      throws InterruptedException {
    long origin = System.nanoTime() - Math.round(phaseSeconds * 1e9);
    FakeMeter meter =
        new FakeMeter(FakeMeter.counter(TICK_SECONDS, 1e-3), () -> latched(since(origin)));
    try (SampledWindow window = SampledWindow.onEdges(meter, Probe.NONE)) {
      window.open(() -> items(since(origin)), round);
      Thread.sleep(Math.round(seconds * 1000));
      return window.read();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.15, 0.4, 0.6, 0.85, 1.1})
  void energyIsTheRoundsWhereverTheWindowBegins(double phase) throws Exception {
    undisturbed(
        () -> {
          WindowResult result = window(4, 2.3, phase);
          assertThat(result.reason()).isEmpty();
          assertThat(result.units()).isEqualTo(4);
          assertThat(result.timeSeconds()).isCloseTo(ROUND_SECONDS, within(0.02));
          assertThat(result.energyJoules()).isCloseTo(ROUND_JOULES, Percentage.withPercentage(1.5));
          assertThat(result.relativeUncertainty()).isBetween(1e-4, 0.01);
        });
  }

  @ParameterizedTest
  @CsvSource({"4, 1.4", "400, 0.9"})
  void lessThanARoundIsNoFigure(int round, double seconds) throws Exception {
    WindowResult result = window(round, seconds, 0);
    assertThat(result.status()).isEqualTo(EnergyStatus.TOO_SHORT);
    assertThat(result.reason()).contains("repeat only after " + round).contains("last longer");
    assertThat(result.energyJoules()).isNaN();
  }

  /** Constant power, a unit each 10 ms, readings each 100 ms. */
  private static Optional<WindowSpan> steady(int readingCount, int round, double firstUnit) {
    ReadingTrack readings = new ReadingTrack(64);
    UnitTrack units = new UnitTrack(1024);
    units.begin(0, 0);
    for (int i = 1; i <= 10 * readingCount; i++) {
      units.addExact(Math.round((i + firstUnit) * 1e7), i);
    }
    for (int i = 1; i <= readingCount; i++) {
      readings.add(i * 100_000_000L, i * 100_000_000L, 50.0 * i);
    }
    return WindowSpan.ofWholeRounds(readings, units, 0, readingCount - 1, round);
  }

  @ParameterizedTest
  @CsvSource({"8, 20, 60", "8, 7, 63", "4, 9, 18", "9, 80, 80", "8, 1, 69"})
  void asManyRoundsAreTakenAsLeaveAnotherBeginning(int readings, int round, int expected) {
    WindowSpan span = steady(readings, round, 0).orElseThrow();
    assertThat(span.units()).isEqualTo(expected);
    assertThat(span.joules()).isCloseTo(5.0 * expected, within(1e-6));
    assertThat(span.seconds()).isCloseTo(0.01 * expected, within(1e-6));
    assertThat(span.uncertaintyJoules()).isCloseTo(0, within(1e-6));
  }

  @Test
  void twoReadingsSayNothingOfHowThePowerVaries() {
    assertThat(steady(2, 5, 0)).isEmpty();
    assertThat(steady(3, 5, 0)).isPresent();
    assertThat(steady(3, 21, 0)).isEmpty();
  }

  @Test
  void roundingErrorsLeaveABeginning() {
    for (double firstUnit = 0; firstUnit < 1; firstUnit += 1.0 / 512) {
      assertThat(steady(5, 40, firstUnit).map(WindowSpan::joules).orElse(200.0))
          .isCloseTo(200, within(1e-6));
    }
  }

  @Test
  void unitsLieWhereTheyWereCountedAndInstantsToo() {
    UnitTrack track = new UnitTrack(16);
    track.begin(0, 10);
    track.addExact(100, 14);
    track.addExact(200, 14);
    track.addExact(300, 15);
    assertThat(track.instantOf(9)).isEqualTo(0);
    assertThat(track.instantOf(12)).isEqualTo(50);
    assertThat(track.instantOf(14)).isEqualTo(100);
    assertThat(track.instantOf(14.5)).isEqualTo(250);
    assertThat(track.instantOf(16)).isEqualTo(300);
    for (double count = 10.25; count < 15; count += 0.25) {
      assertThat(track.at(track.instantOf(count))).isCloseTo(count, within(1e-9));
    }
  }
}
